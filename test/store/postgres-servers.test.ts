// Several servers on one PostgreSQL: what one of them has committed, the others know at their very next request.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { assertChainHolds } from '../../packages/server/src/store/contract/suite.ts'
import { openPostgresStore } from '../../packages/server/src/store/postgres/store.ts'
import { CookieBrowser } from '../http/cookie-browser.ts'
import { OpaqueClient } from '../http/opaque-client.ts'
import { PASSWORD, ServerWorld } from '../http/server-world.ts'
import { type PostgresServer, startPostgres } from '../service/postgres.ts'

suite('two servers on one PostgreSQL', () => {
  let postgres: PostgresServer
  let database: string
  let one: ServerWorld
  let other: ServerWorld

  before(async () => {
    postgres = await startPostgres()
    database = await postgres.createDatabase()
    const options = {
      database,
      secret: randomBytes(32).toString('base64url'),
      issuer: 'https://auth.fleet.example',
      singleSession: false,
      refreshOverlapSeconds: 60,
    }
    // On an empty database and at once: one makes the tables and the first keys, the other waits for them.
    ;[one, other] = await Promise.all([ServerWorld.open(options), ServerWorld.open(options)])
  })
  after(async () => {
    await Promise.all([one[Symbol.asyncDispose](), other[Symbol.asyncDispose]()])
    await postgres[Symbol.asyncDispose]()
  })

  const rotateKeys = async (world: ServerWorld): Promise<void> => {
    assert.equal((await world.local('POST', '/v1/signing-keys/rotate', {})).status, 200)
  }
  const scopeOf = (token: string): string => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).scope ?? ''
  const kidOf = (token: string): string => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid

  test('[J01] servers that start at once on an empty database share one set of keys', async () => {
    const [mine, theirs] = await Promise.all([one, other].map(async (world) => (await world.ask('GET', '/.well-known/jwks.json')).body))
    assert.deepEqual(mine, theirs)
  })

  test('[J01] who signs in on one server is known on the other at once, and refreshes on either', async () => {
    const { email, access_token, refresh_token } = await one.person()
    assert.equal(await other.verdictOn(access_token), '200')
    const refreshed = await other.refresh(refresh_token)
    assert.equal(await one.verdictOn(refreshed.access_token), '200')
    assert.equal(await one.verdictOn((await other.signIn(email)).access_token), '200')
  })

  test('[J01] [C05] [C03] tabs that refresh by cookie on both at once get one successor, and what one server has made the other takes', async () => {
    const { email } = await one.person()
    const browser = new CookieBrowser(one.url)
    await browser.send('POST', '/v1/sessions', { body: { email, password: PASSWORD, transport: 'cookie' } })
    for (let round = 0; round < 5; round++) {
      const tabs = Array.from({ length: 10 }, (_, n) => browser.copy(n % 2 === 0 ? one.url : other.url))
      const answers = await Promise.all(tabs.map((tab) => tab.send('POST', '/v1/sessions/refresh', { body: {} })))
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
      assert.equal(new Set(tabs.map((tab) => tab.cookie('cs_refresh'))).size, 1)
      assert.ok(answers.every(({ setCookies }) => setCookies.every((cookie) => !cookie.includes('Max-Age=0'))))
      for (const [name, value] of tabs[round]?.jar ?? []) browser.jar.set(name, value)
    }
    assert.equal((await browser.copy(other.url).send('DELETE', '/v1/sessions/current')).status, 204)
    assert.equal((await browser.send('GET', '/v1/me')).body.code, 'token_revoked')
  })

  test('[J01] [B08] [I02] what is revoked on one server is refused on the other at its very next request', async () => {
    const { email } = await one.person()
    for (let round = 0; round < 20; round++) {
      const [from, to] = round % 2 === 0 ? [one, other] : [other, one]
      const { access_token, refresh_token, session } = await from.signIn(email)
      assert.equal(await to.verdictOn(access_token), '200')
      const target = { kind: 'session', id: session.id }
      assert.equal((await from.local('POST', '/v1/revocations', { target })).status, 201)
      assert.equal(await to.verdictOn(access_token), 'token_revoked')
      assert.equal(await to.refreshVerdictOn(refresh_token), 'refresh_invalid')
    }
  })

  test('[J01] [A23] [I01] what one server begins of a sign-in by OPAQUE another finishes, and of both at once one', async () => {
    const asking = (world: ServerWorld) => OpaqueClient.open((method, path, ask) => world.ask(method, path, ask))
    const [mine, theirs] = await Promise.all([asking(one), asking(other)])
    const email = 'opaque@example.com'
    const upload = await mine.register('a password nobody sees')
    assert.equal((await other.ask('POST', '/v1/users', { body: { email, opaque: upload } })).status, 201)
    const { proof } = await mine.attempt(email, 'a password nobody sees')
    const replies = await Promise.all([theirs, mine, theirs, mine].map((client) => client.confirm(proof)))
    assert.equal(replies.filter(({ status }) => status === 201).length, 1)
    assert.equal(replies.filter(({ body }) => body.code === 'request_replayed').length, 3)
  })

  test('[J01] [B05] [I09] a token of a key that another server has just begun to sign with is accepted at once', async () => {
    const { email } = await one.person()
    for (let round = 0; round < 5; round++) {
      // Twice: the key that signs then was not yet there when the other server last looked.
      await rotateKeys(one)
      await rotateKeys(one)
      const { access_token } = await one.signIn(email)
      assert.equal(await other.verdictOn(access_token), '200', `round ${round}`)
    }
  })

  test('[J01] [B05] a key that is revoked on one server is dead on the other at its very next request', async () => {
    const { email, access_token } = await one.person()
    const kid = kidOf(access_token)
    assert.equal((await one.local('DELETE', `/v1/signing-keys/${kid}`)).status, 204)
    assert.equal(await other.verdictOn(access_token), 'token_revoked')
    assert.equal(await other.verdictOn((await one.signIn(email)).access_token), '200')
  })

  test('[J01] [J04] [I15] acts on both servers at once are on one record, without a gap, and either server vouches for all of it', async () => {
    const { body: before } = await one.local('GET', '/v1/audit-events/head')
    const { email } = await one.person()
    await Promise.all([
      ...Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? one : other).service(`both-${n}`)),
      // Fewer at once than wrong attempts go without a wait: an attempt counts from its beginning.
      ...Array.from({ length: 4 }, (_, n) => (n % 2 === 0 ? one : other).signIn(email)),
    ])
    for (const world of [one, other]) {
      const { body } = await world.local('GET', '/v1/audit-events?limit=500')
      const late = body.audit_events.filter(({ position }: { position: number }) => position > before.position)
      assert.deepEqual(
        late.map(({ position }: { position: number }) => position - before.position),
        Array.from({ length: 26 }, (_, n) => 26 - n),
      )
      assert.equal(late.filter(({ operation }: { operation: string }) => operation === 'createService').length, 20)
      const verified = await world.local('POST', '/v1/audit-events/verify', { checkpoint: before })
      assert.deepEqual([verified.body.intact, verified.body.findings, verified.body.checkpoint], [true, [], 'held'])
    }
  })

  test('[J01] [B23] [I10] 64 refreshes of one token over both servers make one rotation and one successor', async () => {
    const { refresh_token, session } = await one.person()
    const refreshed = await Promise.all(Array.from({ length: 64 }, (_, n) => (n % 2 === 0 ? one : other).refresh(refresh_token)))
    assert.equal(new Set(refreshed.map((reply) => reply.refresh_token)).size, 1)
    const generation = await inDatabase(async (store) => (await store.sessions.find(session.id))?.generation)
    assert.equal(generation, 2)
  })

  test('[J01] [D04] what a role brings is the same on both at their very next request, and a token made meanwhile is honest or dead', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => one.person(['packer'])))
    let tokens = people.map(({ refresh_token }) => refresh_token)
    for (let round = 0; round < 12; round++) {
      const [from, to] = round % 2 === 0 ? [one, other] : [other, one]
      const scope = round % 3 === 0 ? [] : [`parcels:${round}`]
      const refreshing = tokens.map((token) => to.refresh(token))
      assert.equal((await from.local('PUT', '/v1/roles/packer', { scope })).status, 200)
      const next = await to.signIn(people[0]?.email ?? '')
      assert.equal(scopeOf(next.access_token), scope.join(' '))
      const refreshed = await Promise.all(refreshing)
      for (const { access_token } of refreshed) {
        const isHonest = scopeOf(access_token) === scope.join(' ')
        assert.equal(await to.verdictOn(access_token), isHonest ? '200' : 'token_revoked')
      }
      tokens = refreshed.map(({ refresh_token }) => refresh_token)
    }
  })

  test('[J01] [B19] a service whose credential is removed on one server loses its feed on the other', async () => {
    const { id, credential } = await one.service()
    const feed = await fetch(`${other.url}/v1/feed?after=0`, { headers: { authorization: `Bearer ${credential}` } })
    assert.equal(feed.status, 200)
    const ended = feed.text()
    assert.equal((await one.local('DELETE', `/v1/services/${id}`)).status, 204)
    await ended
    const refused = await fetch(`${other.url}/v1/feed?after=0`, { headers: { authorization: `Bearer ${credential}` } })
    assert.equal(refused.status, 401)
    await refused.body?.cancel()
  })

  test('[J01] [I07] [B19] changes on both at once leave one log, without a gap, chained from the first entry', async () => {
    const people = await Promise.all(Array.from({ length: 12 }, () => one.person()))
    await Promise.all([
      ...people.map(({ user }, n) => (n % 2 === 0 ? other : one).local('PATCH', `/v1/users/${user.id}`, { roles: ['staff'] })),
      ...people.map(({ session }, n) => (n % 2 === 0 ? one : other).local('DELETE', `/v1/sessions/${session.id}`)),
      ...[one, other].map(rotateKeys),
    ])
    const entries = await inDatabase(assertChainHolds)
    assert.ok(entries.length >= 24)
    const [mine, theirs] = await Promise.all(
      [one, other].map((world) => world.running.countersign.localFetch(new Request('http://localhost/readyz'))),
    )
    assert.deepEqual([mine?.status, theirs?.status], [200, 200])
  })

  async function inDatabase<T>(work: (store: Awaited<ReturnType<typeof openPostgresStore>>) => Promise<T>): Promise<T> {
    const store = await openPostgresStore({ url: database, cutoffLifeMs: 60_000 })
    try {
      return await work(store)
    } finally {
      await store.close()
    }
  }
})
