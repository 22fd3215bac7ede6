import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ManualClock } from 'countersign/core'
import { Client } from 'pg'
import { artifactRecord, clientRecord, tokenOf } from '../../packages/server/src/store/contract/oauth-store.ts'
import { credentialRecord, CUTOFF_LIFE_MS, NOW, sessionRecord, signedIn } from '../../packages/server/src/store/contract/record.ts'
import type { Redemption } from '../../packages/server/src/oauth/oauth-store.ts'
import type { Store } from '../../packages/server/src/store/index.ts'
import { openPostgresStore } from '../../packages/server/src/store/postgres/store.ts'
import { type PostgresServer, startPostgres } from '../service/postgres.ts'

const LOOPS = 24
/** So many are under way before somebody ends it. */
const WARM = 3 * LOOPS

interface Held {
  readonly user: string
  readonly client: string
  readonly grant: string
  readonly session: string
}

const revoked =
  (kind: 'user' | 'client' | 'everyone') =>
  (store: Store, { user, client }: Held) =>
    store.log.revoke({ target: { kind, id: { user, client, everyone: '' }[kind] }, mode: 'hard', at: NOW })

const endings: Readonly<Record<string, (store: Store, held: Held) => Promise<unknown>>> = {
  'its client is disabled': (store, { client }) => store.oauthClients.setDisabled(client, true, NOW),
  'its client is removed': (store, { client }) => store.oauthClients.remove(client, NOW),
  'its client is revoked': revoked('client'),
  'the person is suspended': (store, { user }) => store.users.setStatus(user, 'suspended', NOW),
  'the person is revoked': revoked('user'),
  'the consent is taken back': (store, { grant }) => store.oauth.endGrant(grant, false, NOW),
  'the session ends': (store, { session }) => store.sessions.end(session, NOW),
  'everyone is revoked': revoked('everyone'),
}

/** What is redeemed in a turn of a loop, and what for. */
type Choose = (loop: number, turn: number) => Pick<Redemption, 'id' | 'repeatableAfter'> & { readonly next: string }

const floods: Readonly<Record<string, Choose>> = {
  // Within the overlap; its successor is never used.
  'one token again and again': () => ({ id: '0.0', next: '0.1', repeatableAfter: NOW - 30_000 }),
  'each token once': (loop, turn) => ({ id: `${loop}.${turn}`, next: `${loop}.${turn + 1}`, repeatableAfter: undefined }),
}

suite('whoever keeps refreshing without a pause', () => {
  let postgres: PostgresServer
  let operator: Store
  let server: Store
  let cases = 0
  let url: string
  before(async () => {
    postgres = await startPostgres()
    url = await postgres.createDatabase()
    const options = { url, cutoffLifeMs: CUTOFF_LIFE_MS, clock: new ManualClock(NOW) }
    operator = await openPostgresStore(options)
    server = await openPostgresStore(options)
  })
  after(async () => {
    await Promise.all([operator.close(), server.close()])
    await postgres[Symbol.asyncDispose]()
  })

  async function allowed(): Promise<Held> {
    const n = ++cases
    const held = { user: `usr_${n}`, client: `cli_${n}`, grant: `gra_${n}`, session: `ses_${n}` }
    await signedIn(operator, sessionRecord(held.session, held.user))
    await operator.oauthClients.add(clientRecord(held.client))
    await operator.oauth.putGrant({ id: held.grant, user: held.user, client: held.client, payload: '{}', changedAt: NOW })
    await Promise.all(Array.from({ length: LOOPS }, (_, loop) => operator.oauth.put(artifactRecord(`${held.user} ${loop}.0`, held))))
    return held
  }

  async function endWhile(choose: Choose, end: (store: Store, held: Held) => Promise<unknown>): Promise<void> {
    const held = await allowed()
    const { user, client, grant, session } = held
    const person = { user, grant, session, signedIn: session }
    const redeem = (loop: number, turn: number): Promise<boolean> => {
      const { id, next, repeatableAfter } = choose(loop, turn)
      const token = tokenOf(`${user} ${loop}.${turn}`, { client, person })
      const successor = artifactRecord(`${user} ${next}`, held)
      return server.oauth.redeem({ model: 'RefreshToken', id: `${user} ${id}`, repeatableAfter, token, successor })
    }
    let redeemed = 0
    const { promise: isWarm, resolve: warm } = Promise.withResolvers<void>()
    const loops = Array.from({ length: LOOPS }, async (_, loop) => {
      for (let turn = 0; await redeem(loop, turn); turn++) if (++redeemed === WARM) warm()
    })
    await isWarm
    // Throws `unavailable` when it does not get through.
    await end(operator, held)
    await Promise.all(loops)
    assert.equal(await operator.oauth.findRefresh(client, `${user} 0.1`, NOW), undefined)
  }

  for (const [flood, choose] of Object.entries(floods)) {
    for (const [what, end] of Object.entries(endings)) {
      test(`[D01] [I02] ${flood}: is refused once ${what}, and keeps nobody from that`, () => endWhile(choose, end))
    }
  }

  test('[D01] whoever copies the whole database meanwhile keeps nobody from ending anything', async () => {
    const copying = new Client({ connectionString: url })
    await copying.connect()
    try {
      await copying.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
      const { rows } = await copying.query("SELECT tablename FROM pg_tables WHERE schemaname = 'countersign'")
      // As pg_dump does, before it reads.
      await copying.query(`LOCK TABLE ${rows.map(({ tablename }) => `countersign.${tablename}`).join(', ')} IN ACCESS SHARE MODE`)
      for (const end of Object.values(endings)) await end(operator, await allowed())
      await operator.services.add(credentialRecord('svc_copied'))
      assert.equal(await operator.services.remove('svc_copied', NOW), true)
      await copying.query('COMMIT')
    } finally {
      await copying.end()
    }
  })

  test('[D01] nobody waited in a circle', async () => {
    const [row] = await postgres.query('SELECT sum(deadlocks)::integer AS deadlocks FROM pg_stat_database')
    assert.equal(row?.['deadlocks'], 0)
  })
})
