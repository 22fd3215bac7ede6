// F14: the connection is cut at the commit, before the database has it or after: the caller is told that nobody knows, and may ask again.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { openPostgresStore } from '../../packages/server/src/store/postgres/store.ts'
import { PATIENCE_MS } from '../http/patience.ts'
import { type Reply, ServerWorld } from '../http/server-world.ts'
import { type PostgresServer, startPostgres } from '../service/postgres.ts'
import { type Cut, CuttingProxy } from './cutting-proxy.ts'

/** Of whoever has written to the log: the queue of mails, which reads it, commits as well. */
const COMMIT = { text: 'COMMIT\0', behind: 'countersign write entries\0' }
/** A rotation is one statement, which commits by itself: this is where it names itself on the wire. */
const ROTATION = { text: 'countersign rotate session\0', behind: undefined }

interface Moment {
  readonly text: string
  readonly behind: string | undefined
}

suite('a commit whose answer is lost', () => {
  let postgres: PostgresServer
  let proxy: CuttingProxy
  let database: string
  let world: ServerWorld

  before(async () => {
    postgres = await startPostgres()
    database = await postgres.createDatabase()
    proxy = await CuttingProxy.before(postgres.service.port)
    const url = new URL(database)
    url.port = String(proxy.port)
    world = await ServerWorld.open({ database: url.href, secret: randomBytes(32).toString('base64url') })
  })
  after(async () => {
    await world[Symbol.asyncDispose]()
    await proxy[Symbol.asyncDispose]()
    await postgres[Symbol.asyncDispose]()
  })

  /** Asks, with the connection cut as the text goes by. */
  async function askWhileCut({ text, behind }: Moment, cut: Cut, ask: () => Promise<Reply>): Promise<void> {
    const [{ status, headers }] = await Promise.all([ask(), proxy.cutAt(text, cut, behind)])
    assert.equal(status, 503)
    assert.ok(headers.has('retry-after'))
  }

  async function generationOf(session: string): Promise<number | undefined> {
    const store = await openPostgresStore({ url: database, cutoffLifeMs: 60_000, patience: { connectMs: PATIENCE_MS } })
    try {
      return (await store.sessions.find(session))?.generation
    } finally {
      await store.close()
    }
  }

  for (const cut of ['after', 'before'] as const) {
    const committed = cut === 'after'

    test(`[I01] [I10] F14: a refresh cut ${cut} the commit reached the database is repeated to one successor, never two`, async () => {
      const { refresh_token, session } = await world.person()
      const refresh = () =>
        world.ask('POST', '/v1/sessions/refresh', { body: { refresh_token }, headers: { 'idempotency-key': `key-of-the-cut-${cut}` } })
      await askWhileCut(ROTATION, cut, refresh)
      assert.equal(await generationOf(session.id), committed ? 2 : 1)
      const [first, second] = [await refresh(), await refresh()]
      assert.deepEqual([first.status, second.status], [200, 200])
      assert.equal(first.body.refresh_token, second.body.refresh_token)
      assert.equal(await generationOf(session.id), 2)
      assert.notEqual((await world.refresh(first.body.refresh_token)).refresh_token, first.body.refresh_token)
    })

    test(`[I02] [I03] F14: a revocation cut ${cut} the commit reached the database is whole or not there, and repeating it holds`, async () => {
      const { access_token, refresh_token, session } = await world.person()
      const revoke = () => world.local('POST', '/v1/revocations', { target: { kind: 'session', id: session.id } })
      await askWhileCut(COMMIT, cut, revoke)
      assert.equal(await world.verdictOn(access_token), committed ? 'token_revoked' : '200')
      assert.equal((await revoke()).status, 201)
      assert.equal(await world.verdictOn(access_token), 'token_revoked')
      assert.equal(await world.refreshVerdictOn(refresh_token), 'refresh_invalid')
    })

    test(`[I02] [I03] F14: a sign-out cut ${cut} the commit reached the database is whole or not there`, async () => {
      const { access_token, refresh_token, session } = await world.person()
      const signOut = () => world.local('DELETE', `/v1/sessions/${session.id}`)
      await askWhileCut(COMMIT, cut, signOut)
      assert.equal((await signOut()).status, committed ? 404 : 204)
      assert.equal(await world.verdictOn(access_token), 'token_revoked')
      assert.equal(await world.refreshVerdictOn(refresh_token), 'refresh_invalid')
    })
  }
})
