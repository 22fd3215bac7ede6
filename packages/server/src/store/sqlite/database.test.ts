import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, rmSync, statSync, symlinkSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { type AuthError, ManualClock } from 'countersign/core'
import { epochOf } from 'countersign/revocation'
import { CUTOFF_LIFE_MS, NOW, rotationOf, sessionRecord, signedIn, userRecord } from '../contract/record.ts'
import { assertChainHolds } from '../contract/suite.ts'
import { WriteAheadLogMissingError } from './clean-stop.ts'
import { Database, openDatabase } from './database.ts'
import { LogDamagedError } from './log-integrity.ts'
import { openSqliteStore, type SqliteStoreOptions, storeOn } from './store.ts'
import { StoreLockedError } from './writer-lock.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-sqlite-'))
after(() => rmSync(folder, { recursive: true }))
let files = 0
const newPath = (): string => join(folder, `${files++}`, 'countersign.db')

const open = (path: string, change: Partial<SqliteStoreOptions> = {}) =>
  openSqliteStore({ path, cutoffLifeMs: CUTOFF_LIFE_MS, clock: new ManualClock(NOW), ...change })

const isUnavailable = (error: AuthError): boolean => error.code === 'unavailable'

/** A closed database with some entries in its log. */
async function written(): Promise<string> {
  const path = newPath()
  const store = await open(path)
  for (let n = 0; n < 5; n++) await store.log.revoke({ target: { kind: 'token', id: `t${n}` }, mode: 'soft', at: NOW })
  await signedIn(store, sessionRecord('ses_a', 'usr_a'))
  await store.close()
  return path
}

/** Changes a closed database behind the store's back. */
function tamper(path: string, sql: string): void {
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
}

test('a new database and its folder are for their owner only', async () => {
  const path = newPath()
  const store = await open(path)
  await store.ping()
  const modes = ['', '-wal', '-shm', '.lock'].map((suffix) => statSync(path + suffix).mode & 0o777)
  assert.deepEqual(modes, [0o600, 0o600, 0o600, 0o600])
  assert.equal(statSync(join(path, '..')).mode & 0o777, 0o700)
  await store.close()
})

test('what was stored is there after a restart, and the log goes on where it ended', async () => {
  const path = await written()
  const store = await open(path)
  assert.deepEqual(await store.sessions.find('ses_a'), sessionRecord('ses_a', 'usr_a'))
  assert.equal((await store.log.revoke({ target: { kind: 'token', id: 't' }, mode: 'soft', at: NOW })).position, 6)
  await assertChainHolds(store)
  await store.close()
})

test('a second store is refused at once, under whatever name it asks, and let in after the first has closed', async () => {
  const path = await written()
  const link = `${path}-link`
  symlinkSync(path, link)
  const first = await open(path)
  for (const name of [path, link]) {
    await assert.rejects(
      open(name),
      (error) => error instanceof StoreLockedError && error.path.endsWith('countersign.db') && /Stop that process/.test(error.message),
    )
  }
  const reader = new DatabaseSync(path, { readOnly: true })
  assert.deepEqual(reader.prepare('SELECT count(*) AS n FROM log_entry').get()?.['n'], 5)
  reader.close()
  await first.close()
  await (await open(link)).close()
})

test('close commits what was asked for before, refuses what comes after, and may be called twice', async () => {
  const path = newPath()
  const store = await open(path)
  const creating = store.users.create(userRecord('usr_a'), 'phc')
  await Promise.all([store.close(), store.close()])
  assert.equal(await creating, 'created')
  await assert.rejects(store.users.create(userRecord('usr_b'), 'phc'), isUnavailable)
  await assert.rejects(store.users.find('usr_a'), isUnavailable)
  await assert.rejects(store.ping(), isUnavailable)
  const again = await open(path)
  assert.notEqual(await again.users.find('usr_a'), undefined)
  await again.close()
})

test('a database of a newer version is refused with a sentence that says so', async () => {
  const path = await written()
  tamper(path, `INSERT INTO schema_migration VALUES (999, 'from the future', 0)`)
  await assert.rejects(open(path), /schema 999, made by a newer version/)
  tamper(path, 'DELETE FROM schema_migration WHERE version = 999')
  await (await open(path)).close()
})

for (const [title, sql] of [
  ['its newest entry is gone', 'DELETE FROM log_entry WHERE position = 5'],
  ['an entry in the middle is gone', 'DELETE FROM log_entry WHERE position = 3'],
  ['its oldest entry is gone', 'DELETE FROM log_entry WHERE position = 1'],
  ['an entry was edited', `UPDATE log_entry SET target_id = 'other' WHERE position = 4`],
  ['its head was set back', 'UPDATE log_head SET position = 4, hash = (SELECT hash FROM log_entry WHERE position = 4)'],
  ['its head is gone', 'DELETE FROM log_head'],
] as const) {
  test(`[I07] a log does not start when ${title}`, async () => {
    const path = await written()
    tamper(path, sql)
    await assert.rejects(open(path), LogDamagedError)
  })
}

test('[I07] a database whose write-ahead log was deleted does not start with an older deny list', async () => {
  const path = await written()
  const store = await open(path)
  await store.log.revoke({ target: { kind: 'user', id: 'usr_a' }, mode: 'hard', at: NOW })
  const copy = newPath()
  await (await open(copy)).close()
  copyFileSync(path, copy)
  await store.close()
  await assert.rejects(open(copy), WriteAheadLogMissingError)
})

test('[I19] a backup is opened as one: in a new epoch, its sessions ended', async () => {
  const path = await written()
  const backup = join(folder, 'backup.db')
  const store = await open(path)
  tamper(path, `VACUUM INTO '${backup}'`)
  await store.close()
  await assert.rejects(open(backup), WriteAheadLogMissingError)
  const restored = await open(backup, { isBackup: true })
  assert.ok(epochOf((await restored.log.head()).position) > 0)
  assert.equal(await restored.sessions.find('ses_a'), undefined)
  await restored.close()
  await (await open(backup)).close()
})

test('a truncated database is refused with a sentence that says what to do', async () => {
  const path = await written()
  truncateSync(path, statSync(path).size - 4096)
  await assert.rejects(open(path), /Check the disk, or restore a backup|damaged/)
})

test('[F07] a full disk refuses changes, leaves nothing half-done, and space brings everything back', async () => {
  const clock = new ManualClock(NOW)
  const database = openDatabase({ path: newPath(), clock, maxPages: undefined, isBackup: false })
  const store = storeOn(database, clock, CUTOFF_LIFE_MS)
  const session = await signedIn(store, sessionRecord('ses_a', 'usr_a'))
  database.limitPages(40)
  let users = 0
  const fill = async () => {
    for (; users < 1000; users++) await store.users.create(userRecord(`usr_${users}`, { name: 'n'.repeat(500) }), 'phc')
  }
  await assert.rejects(fill(), isUnavailable)
  const head = await store.log.head()
  const large = { name: 'n'.repeat(200_000) }
  const outcomes = await Promise.allSettled([
    store.users.create(userRecord('usr_large', large), 'phc'),
    store.sessions.end('ses_a', NOW),
    store.users.setRoles('usr_a', ['r'.repeat(200_000)], NOW),
  ])
  for (const outcome of outcomes) assert.ok(outcome.status === 'rejected' && isUnavailable(outcome.reason as AuthError))
  assert.deepEqual(await store.sessions.find('ses_a'), session)
  assert.deepEqual(await store.users.find('usr_a'), userRecord('usr_a'))
  assert.equal(await store.users.find('usr_large'), undefined)
  assert.deepEqual(await store.log.head(), head)
  database.limitPages(100_000)
  assert.equal(await store.users.create(userRecord('usr_large', large), 'phc'), 'created')
  assert.notEqual(await store.sessions.rotate(rotationOf(session)), 'lost')
  assert.equal(await store.sessions.end('ses_a', NOW), true)
  await assertChainHolds(store)
  await store.close()
})

test('[I03] after a failed fsync everything is refused until the file was opened and checked anew', async () => {
  const path = await written()
  let isFailing = false
  class FlakyDisk extends DatabaseSync {
    override exec(sql: string): void {
      if (isFailing && sql === 'COMMIT') throw Object.assign(new Error('disk I/O error'), { errcode: 1034 })
      super.exec(sql)
    }
  }
  const clock = new ManualClock(NOW)
  const database = new Database({ path, clock, maxPages: undefined, isBackup: false }, new FlakyDisk(path), () => undefined)
  const store = storeOn(database, clock, CUTOFF_LIFE_MS)
  const session = await store.sessions.find('ses_a')
  assert.ok(session !== undefined)
  isFailing = true
  await assert.rejects(store.sessions.end('ses_a', NOW), isUnavailable)
  isFailing = false
  // The next use opens the file anew; it finds what was acknowledged and nothing else.
  assert.deepEqual(await store.sessions.find('ses_a'), session)
  assert.notEqual(await store.sessions.rotate(rotationOf(session)), 'lost')
  await assertChainHolds(store)
  await store.close()
})

test('a database that stays damaged is refused, tried again at intervals, and used once it is whole', async () => {
  const path = await written()
  const clock = new ManualClock(NOW)
  class DeadDisk extends DatabaseSync {
    override exec(sql: string): void {
      if (sql === 'COMMIT') throw Object.assign(new Error('disk I/O error'), { errcode: 1034 })
      super.exec(sql)
    }
  }
  const database = new Database({ path, clock, maxPages: undefined, isBackup: false }, new DeadDisk(path), () => undefined)
  const store = storeOn(database, clock, CUTOFF_LIFE_MS)
  await assert.rejects(store.ping(), isUnavailable)
  tamper(path, 'UPDATE log_head SET position = 6')
  await assert.rejects(store.log.head(), isUnavailable)
  tamper(path, 'UPDATE log_head SET position = 5')
  clock.advance(249)
  await assert.rejects(store.log.head(), isUnavailable)
  clock.advance(1)
  assert.equal((await store.log.head()).position, 5)
  await store.ping()
  await store.close()
})
