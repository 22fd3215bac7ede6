import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ManualClock } from 'countersign/core'
import { Client } from 'pg'
import type { CallerKey } from '../../packages/server/src/credential/caller-key.ts'
import type { Redemption } from '../../packages/server/src/oauth/oauth-store.ts'
import { artifactRecord, clientRecord, tokenOf } from '../../packages/server/src/store/contract/oauth-store.ts'
import {
  callerKeyRecord,
  credentialRecord,
  CUTOFF_LIFE_MS,
  NOW,
  sessionRecord,
  signedIn,
  userRecord,
} from '../../packages/server/src/store/contract/record.ts'
import { ruleRecord } from '../../packages/server/src/store/contract/trust-rule-store.ts'
import type { Store } from '../../packages/server/src/store/index.ts'
import { openPostgresStore } from '../../packages/server/src/store/postgres/store.ts'
import { until } from '../http/patience.ts'
import { type PostgresServer, startPostgres } from '../service/postgres.ts'

/** One of each, and nobody else has any of them. */
interface Ground {
  readonly user: string
  readonly service: string
  readonly session: string
  readonly parent: string
}

interface Meanwhile {
  /** What the adding waits for: another transaction has it. */
  readonly held: (ground: Ground) => string
  readonly on: (ground: Ground) => Partial<CallerKey>
  readonly happens: (ground: Ground) => string
  readonly outcome: 'added' | 'refused'
}

const rowOf = (table: string, id: string): string => `SELECT 1 FROM countersign.${table} WHERE id = '${id}' FOR UPDATE`
const person = ({ user }: Ground): string => rowOf('user_account', user)
const parentKey = ({ parent }: Ground): string => rowOf('caller_key', parent)
const bySession = ({ session }: Ground) => ({ session })
const byKey = ({ parent }: Ground) => ({ parent })
const byBoth = ({ session, parent }: Ground) => ({ session, parent })
const ofService = ({ service }: Ground) => ({ owner: { kind: 'service', id: service } }) as const
const ofServiceByKey = (ground: Ground) => ({ ...ofService(ground), ...byKey(ground) })
const suspends = ({ user }: Ground): string => `UPDATE countersign.user_account SET status = 'suspended' WHERE id = '${user}'`
const endsSession = ({ session }: Ground): string => `DELETE FROM countersign.session WHERE id = '${session}'`
const refreshesAndEnds = (ground: Ground): string =>
  `UPDATE countersign.session SET generation = generation + 1 WHERE id = '${ground.session}'; ${endsSession(ground)}`
const removesParent = ({ parent }: Ground): string => `DELETE FROM countersign.caller_key WHERE id = '${parent}'`
const expiresParent = ({ parent }: Ground): string => `UPDATE countersign.caller_key SET expires_at = ${NOW} WHERE id = '${parent}'`
const removesService = ({ service }: Ground): string => `DELETE FROM countersign.service_credential WHERE id = '${service}'`

// The statement began, and looked at everything, before it had to wait.
const meanwhile: Readonly<Record<string, Meanwhile>> = {
  'the person was suspended': { held: person, on: () => ({}), happens: suspends, outcome: 'refused' },
  'the person of the session was suspended': { held: person, on: bySession, happens: suspends, outcome: 'refused' },
  'the person with the key was suspended': { held: person, on: byBoth, happens: suspends, outcome: 'refused' },
  'the session ended, while the person was waited for': { held: person, on: bySession, happens: endsSession, outcome: 'refused' },
  'the key was removed, while it was waited for': { held: parentKey, on: byBoth, happens: removesParent, outcome: 'refused' },
  'the session was refreshed, and ended': { held: person, on: byBoth, happens: refreshesAndEnds, outcome: 'refused' },
  'the key was removed, while the person was waited for': { held: person, on: byBoth, happens: removesParent, outcome: 'refused' },
  'the key expired': { held: person, on: byKey, happens: expiresParent, outcome: 'refused' },
  'the key of the service was removed': { held: parentKey, on: ofServiceByKey, happens: removesParent, outcome: 'refused' },
  'the service was removed': {
    held: () => 'LOCK TABLE countersign.service_credential IN EXCLUSIVE MODE',
    on: ofService,
    happens: removesService,
    outcome: 'refused',
  },
  'the service of the key was removed': {
    held: () => 'LOCK TABLE countersign.service_credential IN EXCLUSIVE MODE',
    on: ofServiceByKey,
    happens: removesService,
    outcome: 'refused',
  },
  'the person was given a role': {
    held: person,
    on: byBoth,
    happens: ({ user }) => `UPDATE countersign.user_account SET roles = '["staff"]' WHERE id = '${user}'`,
    outcome: 'added',
  },
  'nothing changed': { held: person, on: byBoth, happens: () => 'SELECT 1', outcome: 'added' },
}

suite('who waits for a row sees it as it is when it is got', () => {
  let postgres: PostgresServer
  let operator: Store
  let server: Store
  let other: Client
  let observer: Client
  let cases = 0
  before(async () => {
    postgres = await startPostgres()
    const url = await postgres.createDatabase()
    // On a busy machine it takes its time until somebody is seen to wait.
    const patience = { connectMs: 30_000, lockMs: 30_000, statementMs: 30_000 }
    const options = { url, cutoffLifeMs: CUTOFF_LIFE_MS, clock: new ManualClock(NOW), patience }
    operator = await openPostgresStore(options)
    server = await openPostgresStore(options)
    other = new Client({ connectionString: url })
    observer = new Client({ connectionString: url })
    await Promise.all([other.connect(), observer.connect()])
  })
  after(async () => {
    await Promise.all([other.end(), observer.end()])
    await Promise.all([operator.close(), server.close()])
    await postgres[Symbol.asyncDispose]()
  })

  /** So many of ours are waiting for a lock by now with a statement like this. */
  const isWaiting = (what: string) => () =>
    observer
      .query(
        `SELECT 1 FROM pg_stat_activity WHERE application_name = 'countersign' AND wait_event_type = 'Lock' AND query LIKE '%${what}%'`,
      )
      .then(({ rows }) => rows.length > 0)

  /** What is done while another transaction holds something, which lets go once somebody waits. */
  async function whileHeld<T>(hold: string, what: string, happens: string, act: () => Promise<T>): Promise<T> {
    await other.query('BEGIN')
    await other.query(hold)
    const acting = act()
    acting.catch(() => undefined)
    try {
      await until(`somebody waits with ${what}`, isWaiting(what))
      await other.query(happens)
    } finally {
      await other.query('COMMIT')
    }
    return acting
  }

  async function standing(): Promise<Ground> {
    const n = ++cases
    const ground = { user: `usr_${n}`, service: `svc_${n}`, session: `ses_${n}`, parent: `CSK${n}` }
    await signedIn(operator, sessionRecord(ground.session, ground.user))
    await operator.services.add(credentialRecord(ground.service))
    return ground
  }

  for (const [what, { held, on, happens, outcome }] of Object.entries(meanwhile)) {
    test(`[I02] a key that waited to be made is ${outcome} where meanwhile ${what}`, async () => {
      const ground = await standing()
      const key = callerKeyRecord(`${ground.parent} made`, { owner: { kind: 'user', id: ground.user }, ...on(ground) })
      await operator.callerKeys.add(callerKeyRecord(ground.parent, { owner: key.owner }))
      const made = whileHeld(held(ground), 'INSERT INTO countersign.caller_key', happens(ground), () => server.callerKeys.add(key))
      assert.equal(await made, outcome)
      assert.equal((await operator.callerKeys.find(key.id)) !== undefined, outcome === 'added')
    })
  }

  const removals: Readonly<Record<string, (ground: Ground) => Promise<unknown>>> = {
    'a key is removed': ({ parent }) => operator.callerKeys.remove(parent, NOW),
    'a service is removed with its keys and rules': ({ service }) => operator.services.remove(service, NOW),
    'a rule is removed': ({ service }) => operator.trustRules.remove(`rule ${service}`, NOW),
  }
  for (const [what, remove] of Object.entries(removals)) {
    test(`[I02] ${what} while others hand something out to applications, and nobody waits for it`, async () => {
      const ground = await standing()
      await operator.callerKeys.add(callerKeyRecord(ground.parent, { owner: { kind: 'user', id: ground.user } }))
      await operator.callerKeys.add(callerKeyRecord(`${ground.parent} service`, ofService(ground)))
      await operator.trustRules.add(ruleRecord(`rule ${ground.service}`, { service: ground.service, issuer: 'https://one.example' }), 1000)
      await other.query('BEGIN')
      await other.query('SELECT 1 FROM countersign.artifact_gate FOR KEY SHARE')
      try {
        assert.ok(await remove(ground))
      } finally {
        await other.query('COMMIT')
      }
    })
  }

  test('[I02] [D01] the end of a lease, with the keys of its user, and a refresh of that user do not wait in a circle', async () => {
    const n = ++cases
    const held = { user: `usr_${n}`, client: `cli_${n}`, grant: `gra_${n}`, session: `ses_${n}` }
    const lease = { id: `lea_${n}`, pool: `pool_${n}`, startedBy: undefined, startedAt: NOW, endsAt: NOW + 1, passwordHash: 'phc-2' }
    await operator.leases.addUser(userRecord(held.user), lease.pool)
    await operator.leases.start({ ...lease, sealed: undefined, address: undefined })
    await operator.sessions.open({ session: sessionRecord(held.session, held.user), passwordGeneration: 2, single: false })
    await operator.callerKeys.add(callerKeyRecord(`CSK${n}`, { owner: { kind: 'user', id: held.user } }))
    await operator.oauthClients.add(clientRecord(held.client))
    await operator.oauth.putGrant({ id: held.grant, user: held.user, client: held.client, payload: '{}', changedAt: NOW })
    await operator.oauth.put(artifactRecord(`token ${n}`, held))
    const { user, client, grant, session } = held
    const redemption: Redemption = {
      ...{ model: 'RefreshToken', id: `token ${n}`, repeatableAfter: undefined },
      token: tokenOf(`jti ${n}`, { client, person: { user, grant, session, signedIn: session } }),
      successor: artifactRecord(`token ${n} next`, held),
    }
    const deadlocks = async (): Promise<unknown> =>
      (await postgres.query('SELECT sum(deadlocks)::integer AS deadlocks FROM pg_stat_database'))[0]?.['deadlocks']
    const before = await deadlocks()
    const redeemed = whileHeld(rowOf('caller_key', `CSK${n}`), 'INSERT INTO countersign.oauth_token', 'SELECT 1', async () => {
      const ended = operator.leases.end({ id: lease.id, by: 'expiry', at: NOW, address: undefined })
      await until('the lease is ending', isWaiting('DELETE FROM countersign.caller_key'))
      const [isRedeemed, over] = await Promise.all([server.oauth.redeem(redemption), ended])
      assert.notEqual(over, undefined)
      return isRedeemed
    })
    assert.equal(await redeemed, false)
    assert.equal(await deadlocks(), before)
  })

  const ends = {
    'everyone is revoked': () => operator.log.revoke({ target: { kind: 'everyone', id: '' }, mode: 'hard', at: NOW }),
    'a client is revoked': () => operator.log.revoke({ target: { kind: 'client', id: 'web' }, mode: 'hard', at: NOW }),
    'the log begins anew': () => operator.log.openEpoch(NOW),
  } as const
  for (const [what, end] of Object.entries(ends)) {
    test(`[I02] ${what} while the tables are being vacuumed`, async () => {
      await other.query('BEGIN')
      // As VACUUM does, however long it takes.
      await other.query('LOCK TABLE countersign.session, countersign.oauth_artifact IN SHARE UPDATE EXCLUSIVE MODE')
      try {
        assert.ok(await end())
      } finally {
        await other.query('COMMIT')
      }
    })

    test(`[I02] ${what}: a session that was being opened meanwhile ends with the others`, async () => {
      const ground = await standing()
      const session = sessionRecord(`${ground.session} late`, ground.user, { client: 'web' })
      const done = await whileHeld(person(ground), 'LOCK TABLE countersign.artifact_gate', 'SELECT 1', async () => {
        const opening = server.sessions.open({ session, passwordGeneration: 1, single: false })
        await until('it is being opened', isWaiting('INSERT INTO countersign.session'))
        return Promise.all([opening, end()])
      })
      const [opened, { position }] = done
      assert.ok(opened !== 'refused' && opened.rev < position)
      assert.equal(await operator.sessions.find(session.id), undefined)
    })
  }

  test('[I02] sessions that have expired are swept past whoever is about to end one of them', async () => {
    const ground = await standing()
    const old = { expiresAt: NOW - 1, idleExpiresAt: NOW - 1 }
    for (const name of ['a', 'b', 'c']) {
      const session = sessionRecord(`${ground.session} ${name}`, ground.user, old)
      await operator.sessions.open({ session, passwordGeneration: 1, single: false })
    }
    await other.query('BEGIN')
    await other.query(rowOf('session', `${ground.session} b`))
    try {
      assert.equal(await server.sessions.sweep(NOW, 10), 2)
    } finally {
      await other.query('COMMIT')
    }
    assert.equal(await server.sessions.sweep(NOW, 10), 1)
    assert.equal(await server.sessions.sweep(NOW, 10), 0)
  })
})
