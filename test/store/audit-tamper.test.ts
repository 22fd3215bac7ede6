// Somebody who can write the database, and does not know the master secret, against the chain of records. Each row is something that they do; whoever
// verifies finds it, and where.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, suite, test } from 'node:test'
import { ManualClock } from 'countersign/core'
import { Client } from 'pg'
import type { Checkpoint, Verification } from '../../packages/server/src/audit/index.ts'
import { auditHash } from '../../packages/server/src/audit/audit-record.ts'
import { type AuditScene, auditScene } from '../../packages/server/src/store/contract/audit-store.ts'
import { CUTOFF_LIFE_MS, NOW } from '../../packages/server/src/store/contract/record.ts'
import { openPostgresStore } from '../../packages/server/src/store/postgres/store.ts'
import { openSqliteStore } from '../../packages/server/src/store/sqlite/store.ts'
import type { Store } from '../../packages/server/src/store/store.ts'
import { type PostgresServer, startPostgres } from '../service/postgres.ts'

/** Five records, and a way past the server. */
interface Break {
  readonly scene: AuditScene
  readonly store: Store
  /** In the SQL of both; tables without their schema. */
  sql(text: string): Promise<readonly Record<string, unknown>[]>
}

interface Row {
  readonly deed: string
  do(on: Break): Promise<unknown>
  readonly found: readonly string[]
  /** What is found when the head of before is at hand. Left out: the same, and that the checkpoint is held. */
  readonly foundByCheckpoint?: readonly string[]
  readonly checkpoint?: Verification['checkpoint']
}

const RECORDS = 5
const moveEnd = (position: number): string =>
  `UPDATE audit_head SET position = ${position}, hash = (SELECT hash FROM audit_record WHERE position = ${position}), ` +
  `seal = (SELECT seal FROM audit_record WHERE position = ${position})`

/** All hashes from there on, as anybody can compute them. */
async function rehash({ store, sql }: Break, from: number): Promise<void> {
  let { hash: last } = (await store.audit.after(from - 2, 1))[0] ?? { hash: '' }
  for (const { position, body } of await store.audit.after(from - 1, RECORDS)) {
    last = auditHash(last, position, body)
    await sql(`UPDATE audit_record SET hash = '${last}' WHERE position = ${position}`)
  }
  await sql(`UPDATE audit_head SET hash = '${last}'`)
}

const rows: readonly Row[] = [
  { deed: 'nothing', do: async () => undefined, found: [] },
  {
    deed: 'changes what a record says',
    do: ({ sql }) => sql(`UPDATE audit_record SET body = replace(body, 'svc_3', 'svc_x') WHERE position = 3`),
    found: ['unsealed 3'],
  },
  {
    deed: 'changes it, and computes all hashes anew',
    async do(on) {
      await on.sql(`UPDATE audit_record SET body = replace(body, 'svc_3', 'svc_x') WHERE position = 3`)
      await rehash(on, 3)
    },
    found: ['unsealed 3', 'unsealed 4', 'unsealed 5', 'end 5'],
    foundByCheckpoint: ['unsealed 3', 'unsealed 4', 'unsealed 5', 'checkpoint 5', 'end 5'],
    checkpoint: 'broken',
  },
  { deed: 'removes a record', do: ({ sql }) => sql('DELETE FROM audit_record WHERE position = 3'), found: ['missing 3'] },
  {
    deed: 'removes two, the first among them',
    do: ({ sql }) => sql('DELETE FROM audit_record WHERE position <= 2'),
    found: ['missing 1–2'],
  },
  {
    deed: 'removes one and closes the gap',
    async do({ sql }) {
      await sql('DELETE FROM audit_record WHERE position = 3')
      await sql('UPDATE audit_record SET position = 3 WHERE position = 4')
      await sql('UPDATE audit_record SET position = 4 WHERE position = 5')
      await sql(moveEnd(4))
    },
    found: ['unsealed 3', 'unsealed 4', 'end 4'],
    foundByCheckpoint: ['unsealed 3', 'unsealed 4', 'end 4', 'cut_off 5'],
    checkpoint: 'broken',
  },
  {
    deed: 'removes the last record',
    do: ({ sql }) => sql('DELETE FROM audit_record WHERE position = 5'),
    found: ['cut_off 5'],
    checkpoint: 'broken',
  },
  {
    deed: 'removes the last two and says that the chain ends before',
    async do({ sql }) {
      await sql('DELETE FROM audit_record WHERE position > 3')
      await sql(moveEnd(3))
    },
    found: ['end 3'],
    foundByCheckpoint: ['end 3', 'cut_off 4–5'],
    checkpoint: 'broken',
  },
  {
    deed: 'removes the last two, says that the chain ends before, and waits for the server to go on from there',
    async do({ scene, sql }) {
      await sql('DELETE FROM audit_record WHERE position > 3')
      await sql(moveEnd(3))
      await scene.issue('svc_next')
      await scene.issue('svc_after')
    },
    found: ['end 5'],
    foundByCheckpoint: ['checkpoint 5', 'end 5'],
    checkpoint: 'broken',
  },
  {
    deed: 'exchanges two records',
    async do({ sql }) {
      await sql('UPDATE audit_record SET position = 99 WHERE position = 2')
      await sql('UPDATE audit_record SET position = 2 WHERE position = 3')
      await sql('UPDATE audit_record SET position = 3 WHERE position = 99')
    },
    found: ['unsealed 2', 'unsealed 3'],
  },
  {
    deed: 'puts one behind the last',
    do: ({ sql }) =>
      sql('INSERT INTO audit_record (position, body, hash, seal) SELECT 6, body, hash, seal FROM audit_record WHERE position = 5'),
    found: ['end 6'],
  },
  {
    deed: 'puts one where the next would stand',
    async do({ scene, sql }) {
      await sql('INSERT INTO audit_record (position, body, hash, seal) SELECT 6, body, hash, seal FROM audit_record WHERE position = 5')
      // On SQLite nothing is changed any more; on PostgreSQL the record waits.
      await scene.issue('svc_next').catch(() => undefined)
    },
    found: ['end 6'],
  },
  {
    deed: 'puts one there, and says that the chain ends with it',
    async do({ sql }) {
      await sql('INSERT INTO audit_record (position, body, hash, seal) SELECT 6, body, hash, seal FROM audit_record WHERE position = 5')
      await sql(moveEnd(6))
    },
    found: ['unsealed 6', 'end 6'],
  },
  {
    deed: 'puts the server’s own record of another history in the place of one',
    async do({ scene, sql }) {
      const { record } = scene.chain.next({ position: 3, hash: 'of another copy', seal: '' }, '{"at":1}')
      await sql(`UPDATE audit_record SET body = '${record.body}', hash = '${record.hash}', seal = '${record.seal}' WHERE position = 4`)
    },
    found: ['unchained 4', 'unchained 5'],
  },
  {
    deed: 'forgets records that are not old',
    async do({ sql }) {
      await sql(
        'UPDATE audit_head SET base_position = 2, base_hash = (SELECT hash FROM audit_record WHERE position = 2), ' +
          'base_seal = (SELECT seal FROM audit_record WHERE position = 2)',
      )
      await sql('DELETE FROM audit_record WHERE position <= 2')
    },
    found: ['base 2'],
  },
  {
    deed: 'puts one before the first',
    do: ({ sql }) => sql(`INSERT INTO audit_record (position, body, hash, seal) VALUES (-7, '{"at":1}', 'x', 'y')`),
    found: ['unsealed -7'],
  },
  {
    deed: 'makes records look old, so that the server itself forgets them',
    async do({ scene, sql }) {
      await sql(`UPDATE audit_record SET body = '{"at":0}' WHERE position <= 4`)
      assert.equal(await scene.trail.forget(), 0)
    },
    found: ['unsealed 1', 'unsealed 2', 'unsealed 3', 'unsealed 4'],
  },
  {
    deed: 'removes the first, says that it was forgotten, and has the server forget the next',
    async do({ scene, sql }) {
      await sql(`UPDATE audit_head SET base_position = 1, base_hash = (SELECT hash FROM audit_record WHERE position = 1), base_seal = 'x'`)
      await sql('DELETE FROM audit_record WHERE position = 1')
      scene.clock.advance(31 * 86_400_000)
      assert.equal(await scene.trail.forget(), 0)
    },
    found: ['base 1'],
  },
  {
    deed: 'makes a record unreadable',
    do: ({ sql }) => sql(`UPDATE audit_record SET body = '{"at":0}' WHERE position = 1`),
    found: ['unsealed 1'],
  },
]

/** What no verification without a checkpoint can find: the database is as it was once, seals and all. */
const rolledBack: readonly Row[] = [
  {
    deed: 'brings back the end of before, which they had kept',
    async do({ scene, sql }) {
      const [end] = await sql('SELECT position, hash, seal FROM audit_head')
      await scene.issue('svc_late')
      await scene.trail.head()
      await sql('DELETE FROM audit_record WHERE position = 6')
      await sql(`UPDATE audit_head SET position = 5, hash = '${String(end?.['hash'])}', seal = '${String(end?.['seal'])}'`)
    },
    found: [],
  },
  {
    deed: 'takes it all away',
    async do({ sql }) {
      await sql('DELETE FROM audit_record')
      await sql(`UPDATE audit_head SET position = 0, hash = '', seal = ''`)
    },
    found: [],
    foundByCheckpoint: ['cut_off 1–5'],
    checkpoint: 'broken',
  },
]

const findingsOf = ({ findings }: Verification): readonly string[] =>
  findings.map(({ kind, position, upTo }) => `${kind} ${position}${upTo === undefined ? '' : `–${upTo}`}`)

async function broken(store: Store, sql: Break['sql']): Promise<Break> {
  const scene = await auditScene(store)
  for (let n = 1; n <= RECORDS; n++) await scene.issue(`svc_${n}`)
  return { scene, store, sql }
}

async function judge(on: Break, { do: deed, found, foundByCheckpoint = found, checkpoint = 'held' }: Row): Promise<void> {
  const { trail } = on.scene
  const head: Checkpoint = await trail.head()
  await deed(on)
  const alone = await trail.verify()
  assert.deepEqual([findingsOf(alone), alone.checkpoint], [found, 'none'])
  const beside = await trail.verify(head)
  assert.deepEqual([findingsOf(beside), beside.checkpoint], [foundByCheckpoint, checkpoint])
  assert.equal(Array.isArray(await trail.page({ ...nothingAsked, limit: 10 })), true, 'the others can still be looked at')
}

const nothingAsked = {
  ...{ actor: undefined, target: undefined, operation: undefined, outcome: undefined, from: undefined, to: undefined },
  before: undefined,
}

suite('the chain of records on SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cs-audit-'))
  let databases = 0
  after(() => rmSync(folder, { recursive: true }))

  for (const row of [...rows, ...rolledBack]) {
    test(`[J04] [T08] somebody ${row.deed}: ${row.found.join(', ') || (rolledBack.includes(row) ? 'found by a checkpoint alone' : 'nothing is found')}`, async () => {
      const path = join(folder, `${databases++}.db`)
      const store = await openSqliteStore({ path, cutoffLifeMs: CUTOFF_LIFE_MS, clock: new ManualClock(NOW) })
      const other = new DatabaseSync(path)
      try {
        await judge(await broken(store, async (text) => other.prepare(text).all()), row)
      } finally {
        other.close()
        await store.close()
      }
    })
  }

  test('[J04] a checkpoint finds that the end of before was brought back', async () => {
    const path = join(folder, `${databases++}.db`)
    const store = await openSqliteStore({ path, cutoffLifeMs: CUTOFF_LIFE_MS, clock: new ManualClock(NOW) })
    const other = new DatabaseSync(path)
    const sql = async (text: string): Promise<readonly Record<string, unknown>[]> => other.prepare(text).all()
    const { scene } = await broken(store, sql)
    const [end] = await sql('SELECT position, hash, seal FROM audit_head')
    await scene.issue('svc_late')
    const checkpoint = await scene.trail.head()
    await sql('DELETE FROM audit_record WHERE position = 6')
    await sql(`UPDATE audit_head SET position = 5, hash = '${String(end?.['hash'])}', seal = '${String(end?.['seal'])}'`)
    assert.deepEqual(findingsOf(await scene.trail.verify()), [])
    assert.deepEqual(findingsOf(await scene.trail.verify(checkpoint)), ['cut_off 6'])
    await scene.issue('svc_instead')
    assert.deepEqual(findingsOf(await scene.trail.verify(checkpoint)), ['checkpoint 6'], 'another one in its place is another one')
    other.close()
    await store.close()
  })
})

suite('the chain of records on PostgreSQL', () => {
  let postgres: PostgresServer
  before(async () => {
    postgres = await startPostgres()
  })
  after(() => postgres[Symbol.asyncDispose]())

  async function on(work: (on: Break) => Promise<void>): Promise<void> {
    const url = await postgres.createDatabase()
    const store = await openPostgresStore({ url, cutoffLifeMs: CUTOFF_LIFE_MS, clock: new ManualClock(NOW) })
    const client = new Client({ connectionString: url })
    await client.connect()
    await client.query('SET search_path TO countersign')
    try {
      await work(await broken(store, async (text) => (await client.query(text)).rows))
    } finally {
      await client.end()
      await store.close()
    }
  }

  for (const row of [...rows, ...rolledBack].filter((_, index) => index % 7 === 1)) {
    test(`[J04] [T08] somebody ${row.deed}: ${row.found.join(', ') || 'found by a checkpoint alone'}`, () => on((each) => judge(each, row)))
  }

  test('[J04] what a server has left that was killed meanwhile gets its place as soon as anybody looks; what somebody else has put beside it gets none', () =>
    on(async ({ scene, store, sql }) => {
      const body = `{"at":${NOW},"operation":"createService","actor":{"kind":"local"},"outcome":"done"}`
      const left = scene.chain.draft('aud_left', body)
      await sql(`INSERT INTO audit_draft (id, body, seal) VALUES ('${left.id}', '${left.body}', '${left.seal}')`)
      assert.equal((await scene.facts())[0]?.operation, 'createService')
      await sql(`INSERT INTO audit_draft (id, body, seal) VALUES ('aud_made_up', '${body}', '${left.seal}')`)
      const [newest] = await scene.facts()
      assert.deepEqual([newest?.operation, newest?.outcome, newest?.target?.id], ['forgeAuditRecord', 'refused', 'aud_made_up'])
      assert.deepEqual(findingsOf(await scene.trail.verify()), [])
      assert.equal((await store.audit.ends()).head.position, RECORDS + 2)
    }))

  test('[J04] what a server has left is one record, however often somebody who has seen it leaves it again', () =>
    on(async ({ scene, sql }) => {
      await sql('CREATE TABLE seen AS SELECT * FROM audit_draft')
      await sql(
        'CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS ' +
          '$$ BEGIN INSERT INTO countersign.seen VALUES (NEW.*); RETURN NEW; END $$',
      )
      await sql('CREATE TRIGGER see BEFORE INSERT ON audit_draft FOR EACH ROW EXECUTE FUNCTION see()')
      await scene.issue('svc_seen')
      assert.equal((await scene.facts())[0]?.target?.id, 'svc_seen')
      await sql('DROP TRIGGER see ON audit_draft')
      for (let times = 0; times < 2; times++) {
        await sql('INSERT INTO audit_draft SELECT * FROM seen')
        assert.equal((await scene.facts())[0]?.operation, 'forgeAuditRecord')
      }
      assert.equal((await scene.facts({ operation: 'createService', target: 'svc_seen' })).length, 1)
    }))
})
