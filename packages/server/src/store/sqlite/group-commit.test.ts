import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { beforeEach, test } from 'node:test'
import { AuthError } from 'countersign/core'
import { GroupCommit } from './group-commit.ts'

/** A real database whose statements can be made to fail by their text. */
class FlakyDatabase extends DatabaseSync {
  readonly executed: string[] = []
  readonly failures = new Map<string, number>()

  override exec(sql: string): void {
    this.executed.push(sql)
    const errcode = this.failures.get(sql)
    if (errcode !== undefined) throw Object.assign(new Error('as the disk says'), { code: 'ERR_SQLITE_ERROR', errcode })
    super.exec(sql)
  }
}

const SQLITE_FULL = 13
const SQLITE_IOERR_FSYNC = 1034

let database: FlakyDatabase
let group: GroupCommit
let events: string[]

beforeEach(() => {
  database = new FlakyDatabase(':memory:')
  database.exec('CREATE TABLE item (id INTEGER PRIMARY KEY) STRICT')
  database.executed.length = 0
  events = []
  group = new GroupCommit(() => database, { committed: () => events.push('committed'), failed: () => events.push('failed') })
})

const add = (id: number) => group.run(() => database.prepare('INSERT INTO item VALUES (?)').run(id).changes)
const stored = () =>
  database
    .prepare('SELECT id FROM item ORDER BY id')
    .all()
    .map((row) => row['id'])

test('units asked for in one turn share one transaction and have their own results', async () => {
  const results = await Promise.all([group.run(() => 'a'), add(1), group.run(() => undefined), add(2)])
  assert.deepEqual(results, ['a', 1, undefined, 1])
  assert.deepEqual(database.executed, ['BEGIN IMMEDIATE', 'COMMIT'])
  assert.deepEqual(events, ['committed'])
})

test('a result is not handed out before the commit', async () => {
  let isCommitted = false
  const result = group.run(() => database.isTransaction)
  void result.then(() => (isCommitted = !database.isTransaction))
  assert.equal(await result, true)
  assert.equal(isCommitted, true)
})

test('a unit that fails half-way leaves nothing and harms no neighbour', async () => {
  const half = group.run(() => {
    database.prepare('INSERT INTO item VALUES (50)').run()
    throw new Error('half-way')
  })
  const outcomes = await Promise.allSettled([add(1), half, add(2), add(1), add(3)])
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
  )
  assert.deepEqual(outcomes[1]?.status === 'rejected' && (outcomes[1].reason as Error).message, 'half-way')
  assert.deepEqual(stored(), [1, 2, 3])
  assert.equal(database.isTransaction, false)
})

for (const [statement, errcode] of [
  ['COMMIT', SQLITE_FULL],
  ['COMMIT', SQLITE_IOERR_FSYNC],
  ['BEGIN IMMEDIATE', SQLITE_FULL],
] as const) {
  test(`[I03] when ${statement} fails with ${errcode} every unit is refused as unavailable and nothing is left`, async () => {
    database.failures.set(statement, errcode)
    const outcomes = await Promise.allSettled([add(1), add(2), add(3)])
    for (const outcome of outcomes) {
      assert.ok(outcome.status === 'rejected' && outcome.reason instanceof AuthError)
      assert.equal(outcome.reason.code, 'unavailable')
    }
    assert.deepEqual(stored(), [])
    assert.deepEqual(events, ['failed'])
    database.failures.clear()
    await add(4)
    assert.deepEqual(stored(), [4])
  })
}

test('a storage failure inside one unit refuses the whole group, whose other units it would strike as well', async () => {
  const full = group.run(() => {
    throw Object.assign(new Error('database or disk is full'), { errcode: SQLITE_FULL })
  })
  const outcomes = await Promise.allSettled([add(1), full])
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  assert.deepEqual(stored(), [])
})

test('more units than fit one group are all committed, in the order in which they were asked for', async () => {
  const order: number[] = []
  await Promise.all(Array.from({ length: 1000 }, (_, id) => add(id).then(() => order.push(id))))
  assert.deepEqual(
    order,
    Array.from({ length: 1000 }, (_, id) => id),
  )
  assert.equal(database.executed.filter((sql) => sql === 'COMMIT').length, 4)
})

test('[J04] whoever watches hears how each unit ended, before its caller does, and how many shared the commit', async () => {
  const heard: string[] = []
  const watched = new GroupCommit(() => database, {
    asked: () => (failed) => void heard.push(failed ? 'failed' : 'done'),
    committed: (units) => void heard.push(`${units} committed`),
    failed: () => void heard.push('all failed'),
  })
  const fine = watched.run(() => 'fine').then(() => heard.push('caller'))
  const wrong = watched.run(() => {
    throw new Error('not this one')
  })
  await Promise.allSettled([fine, wrong])
  assert.deepEqual(heard, ['done', 'failed', '2 committed', 'caller'])
})
