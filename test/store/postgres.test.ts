// Every promise that a store makes, made by PostgreSQL.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ManualClock } from 'countersign/core'
import { Client } from 'pg'
import { auditStoreContract } from '../../packages/server/src/store/contract/audit-store.ts'
import { callerKeyStoreContract } from '../../packages/server/src/store/contract/caller-key-store.ts'
import { clientInvitationStoreContract } from '../../packages/server/src/store/contract/client-invitation-store.ts'
import { deliveryHistoryContract } from '../../packages/server/src/store/contract/delivery-history.ts'
import { deliveryStoreContract } from '../../packages/server/src/store/contract/delivery-store.ts'
import { deviceStoreContract } from '../../packages/server/src/store/contract/device-store.ts'
import { elevationStoreContract } from '../../packages/server/src/store/contract/elevation-store.ts'
import { eventLogContract } from '../../packages/server/src/store/contract/event-log.ts'
import { factorStoreContract } from '../../packages/server/src/store/contract/factor-store.ts'
import { federationStoreContract } from '../../packages/server/src/store/contract/federation-store.ts'
import { keyStoreContract } from '../../packages/server/src/store/contract/key-store.ts'
import { languageStoreContract } from '../../packages/server/src/store/contract/language-store.ts'
import { leaseStoreContract } from '../../packages/server/src/store/contract/lease-store.ts'
import { linkStoreContract } from '../../packages/server/src/store/contract/link-store.ts'
import { logHistoryContract } from '../../packages/server/src/store/contract/log-history.ts'
import { logStoreContract } from '../../packages/server/src/store/contract/log-store.ts'
import { CUTOFF_LIFE_MS, callerKeyRecord, NOW, userRecord } from '../../packages/server/src/store/contract/record.ts'
import { oauthStoreContract } from '../../packages/server/src/store/contract/oauth-store.ts'
import { passkeyStoreContract } from '../../packages/server/src/store/contract/passkey-store.ts'
import { redemptionContract } from '../../packages/server/src/store/contract/redemption.ts'
import { replayStoreContract } from '../../packages/server/src/store/contract/replay-store.ts'
import { roleStoreContract } from '../../packages/server/src/store/contract/role-store.ts'
import { sessionClientStoreContract } from '../../packages/server/src/store/contract/session-client-store.ts'
import { sealedSecretStoreContract } from '../../packages/server/src/store/contract/sealed-secret-store.ts'
import { serviceCredentialStoreContract } from '../../packages/server/src/store/contract/service-credential-store.ts'
import { sessionDirectoryContract } from '../../packages/server/src/store/contract/session-directory.ts'
import { sessionStoreContract } from '../../packages/server/src/store/contract/session-store.ts'
import { appendedBy } from '../../packages/server/src/store/contract/suite.ts'
import { throttleStoreContract } from '../../packages/server/src/store/contract/throttle-store.ts'
import { trustRuleStoreContract } from '../../packages/server/src/store/contract/trust-rule-store.ts'
import { userStoreContract } from '../../packages/server/src/store/contract/user-store.ts'
import { verifierReportStoreContract } from '../../packages/server/src/store/contract/verifier-report-store.ts'
import { DEFAULT_PATIENCE } from '../../packages/server/src/store/postgres/connection.ts'
import { Database } from '../../packages/server/src/store/postgres/database.ts'
import { statement } from '../../packages/server/src/store/postgres/statement.ts'
import { openPostgresStore } from '../../packages/server/src/store/postgres/store.ts'
import { LogDamagedError } from '../../packages/server/src/store/sqlite/log-integrity.ts'
import type { Store, StoreObserver } from '../../packages/server/src/store/store.ts'
import { PATIENCE_MS } from '../http/patience.ts'
import { type PostgresServer, startPostgres } from '../service/postgres.ts'
import { freePort } from '../../tool/free-port.ts'

let postgres: PostgresServer
before(async () => {
  postgres = await startPostgres()
})
after(() => postgres[Symbol.asyncDispose]())

/** On a busy machine two hundred who ask at once wait longer for their turn than the two seconds that an operator would want. */
const patience = { connectMs: PATIENCE_MS, lockMs: PATIENCE_MS, statementMs: PATIENCE_MS }
const options = { cutoffLifeMs: CUTOFF_LIFE_MS, patience }

/** On a database of its own; all of them go with the server. */
const open = async (): Promise<Store> =>
  openPostgresStore({ ...options, url: await postgres.createDatabase(), clock: new ManualClock(NOW) })

for (const contract of [
  logStoreContract,
  logHistoryContract,
  sessionStoreContract,
  sessionDirectoryContract,
  elevationStoreContract,
  roleStoreContract,
  deviceStoreContract,
  userStoreContract,
  factorStoreContract,
  leaseStoreContract,
  linkStoreContract,
  oauthStoreContract,
  clientInvitationStoreContract,
  redemptionContract,
  sessionClientStoreContract,
  passkeyStoreContract,
  federationStoreContract,
  keyStoreContract,
  serviceCredentialStoreContract,
  trustRuleStoreContract,
  auditStoreContract,
  languageStoreContract,
  replayStoreContract,
  throttleStoreContract,
  callerKeyStoreContract,
  sealedSecretStoreContract,
  eventLogContract,
  deliveryStoreContract,
  deliveryHistoryContract,
  verifierReportStoreContract,
]) {
  contract('postgres', open)
}

/** On a database that something has happened to between two servers. */
async function reopened(change: string): Promise<Store> {
  const url = await postgres.createDatabase()
  const damaged = { ...options, url, clock: new ManualClock(NOW) }
  const store = await openPostgresStore(damaged)
  for (let n = 0; n < 3; n++) await store.log.revoke({ target: { kind: 'token', id: `t${n}` }, mode: 'soft', at: NOW })
  await store.close()
  await postgres.queryIn(url, change)
  return openPostgresStore(damaged)
}

const damages: readonly (readonly [string, change: string])[] = [
  ['whose newest entry is missing', 'DELETE FROM countersign.log_entry WHERE position = 3'],
  ['with an entry missing in between', 'DELETE FROM countersign.log_entry WHERE position = 2'],
  ['with an entry that was edited', `UPDATE countersign.log_entry SET target_id = 'other' WHERE position = 2`],
  ['whose head was set back', 'UPDATE countersign.log_head SET position = 2'],
]
for (const [name, change] of damages) {
  test(`[I07] postgres: a log ${name} keeps the server from starting`, () => assert.rejects(reopened(change), LogDamagedError))
}

test('postgres: a database of a newer version is left alone', async () => {
  await assert.rejects(reopened(`INSERT INTO countersign.schema_migration VALUES (1000, 'later', 0)`), /newer version/)
})

test('postgres: [I03] commits are durable when they are acknowledged, whatever the default of the database is', async () => {
  const url = await postgres.createDatabase()
  await postgres.queryIn(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET synchronous_commit = off`)
  const database = new Database({ url, patience: DEFAULT_PATIENCE, connections: 1 })
  try {
    const rows = await database.ask(statement<{ synchronous_commit: string }>('setting', 'SHOW synchronous_commit'))
    assert.deepEqual(rows, [{ synchronous_commit: 'on' }])
  } finally {
    await database.close()
  }
})

test('postgres: [J04] whoever watches hears of each transaction and how it ended, and of each connection that was wanted', async () => {
  const url = await postgres.createDatabase()
  const heard: string[] = []
  const observer: StoreObserver = {
    transaction: (kind) => (failed) => void heard.push(`${kind} ${failed ? 'failed' : 'done'}`),
    group: () => undefined,
    connection: () => () => void heard.push('connected'),
  }
  const database = new Database({ url, patience: DEFAULT_PATIENCE, connections: 1, observer })
  const one = statement('one', 'SELECT 1')
  try {
    await database.ask(one)
    await database.transaction((unit) => unit.ask(one))
    await assert.rejects(
      database.transaction(() => Promise.reject(new Error('not now'))),
      /not now/,
    )
    assert.deepEqual(heard, ['connected', 'read done', 'connected', 'write done', 'connected', 'write failed'])
  } finally {
    await database.close()
  }
})

test('postgres: a text that it cannot hold finds nothing, and fails nothing', async () => {
  const store = await open()
  assert.equal(await store.sessions.find('ses_\0'), undefined)
  assert.equal(await store.sessions.end('ses_\0', NOW), false)
  assert.equal(await store.users.findByEmail('a\0@example.test'), undefined)
  assert.equal(await store.replay.claim('scope', 'a\0', NOW), true)
  assert.equal(await store.replay.claim('scope', 'a\0', NOW), false)
  await store.close()
})

test('postgres: [I02] a key that was being made with one that is removed dies with it', async () => {
  const url = await postgres.createDatabase()
  const store = await openPostgresStore({ ...options, url, clock: new ManualClock(NOW) })
  await store.users.create(userRecord('usr_a'), 'phc-1')
  await store.callerKeys.add(callerKeyRecord('CSKP'))
  const maker = new Client({ connectionString: url })
  await maker.connect()
  try {
    // Half of what `add` does.
    await maker.query('BEGIN')
    await maker.query("SELECT id FROM countersign.caller_key WHERE id = 'CSKP' FOR SHARE")
    await maker.query(
      "INSERT INTO countersign.caller_key SELECT 'CSKC', kind, owner_kind, owner_id, settings, material, NULL, id, NULL, created_at FROM countersign.caller_key WHERE id = 'CSKP'",
    )
    const appended = appendedBy(store, async () => assert.equal(await store.callerKeys.remove('CSKP', NOW), true))
    const waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while ((await maker.query(waiting)).rowCount === 0);
    await maker.query('COMMIT')
    assert.deepEqual([...(await appended)].sort(), ['cutoff client:CSKC hard', 'cutoff client:CSKP hard'])
    assert.equal(await store.callerKeys.find('CSKC'), undefined)
  } finally {
    await maker.end()
    await store.close()
  }
})

test('postgres: a server that is not there is named, without the password', async () => {
  const url = `postgres://countersign:hunter2@127.0.0.1:${await freePort()}/auth`
  await assert.rejects(openPostgresStore({ url, cutoffLifeMs: CUTOFF_LIFE_MS }), (error: Error) => {
    assert.match(error.message, /^The database postgres:\/\/127\.0\.0\.1:\d+\/auth cannot be reached/)
    return !error.message.includes('hunter2')
  })
})
