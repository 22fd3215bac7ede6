import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { LIFE_SECONDS, problem, refusedAs, SessionWorld } from './contract/session-world.ts'
import { memoryStorage } from './index.ts'

const ORDERS = 'https://api.test/orders'
const signedIn = (): Promise<SessionWorld> => SessionWorld.signedIn({ transport: 'cookie' })

suite('a session client with cookies', () => {
  test('[C02] signing in asks for cookies, and stores no token', async () => {
    const world = await signedIn()
    assert.equal(JSON.parse(world.seen[0]?.body ?? '').transport, 'cookie')
    assert.equal(world.seen[0]?.credentials, 'include')
    assert.doesNotMatch(await world.stored(), /access-|refresh-/)
    assert.equal((await world.client.user())?.id, 'usr_1')
    await assert.rejects(world.client.accessToken(), refusedAs('credential_missing'))
  })

  test('[C03] what changes something carries the CSRF token of the session, what only reads does not', async () => {
    const world = await signedIn()
    await world.client.fetch(ORDERS)
    await world.client.fetch(ORDERS, { method: 'post', body: 'tea' })
    await world.client.fetch(new Request(ORDERS, { method: 'DELETE' }))
    const sent = world.seen.filter(({ path }) => path === '/orders')
    assert.deepEqual(
      sent.map(({ headers, credentials }) => [headers.get('x-csrf-token'), headers.get('authorization'), credentials]),
      [
        [null, null, 'include'],
        ['csrf-0', null, 'include'],
        ['csrf-0', null, 'include'],
      ],
    )
  })

  for (const [status, code] of [
    [401, 'token_revoked'],
    [401, 'credential_missing'],
    [403, 'csrf_refused'],
  ] as const) {
    test(`[C05] a service's ${code} is answered by one refresh and one more attempt`, async () => {
      const world = await signedIn()
      world.instead.push(() => problem(status, code))
      const response = await world.client.fetch(ORDERS, { method: 'POST', body: 'tea' })
      assert.deepEqual(await response.json(), { token: 'access-1', body: 'tea' })
      assert.equal(world.seen.at(-1)?.headers.get('x-csrf-token'), 'csrf-1')
      assert.equal(world.count('/v1/sessions/refresh'), 1)
    })
  }

  test('[C05] a page that knows nothing asks once whose the cookies are, and says that somebody is signed in', async () => {
    const world = await signedIn()
    const reloaded = world.open({ storage: memoryStorage() })
    const changes: string[] = []
    reloaded.onChange(({ state }) => changes.push(state))
    const users = await Promise.all([reloaded.user(), reloaded.user(), reloaded.session()])
    assert.deepEqual(
      users.map((each) => each?.id),
      ['usr_1', 'usr_1', 'ses_1'],
    )
    assert.equal(world.count('/v1/sessions/refresh'), 1)
    assert.deepEqual(changes, ['signed-in'])
  })

  test('[C05] a page whose visitor is signed in nowhere asks once, and no more', async () => {
    const world = new SessionWorld({ transport: 'cookie' })
    assert.equal(await world.client.user(), undefined)
    assert.equal(await world.client.session(), undefined)
    await assert.rejects(world.client.fetch(ORDERS), refusedAs('credential_missing'))
    await world.client.signOut()
    assert.equal(world.seen.length, 1)
    assert.deepEqual(world.changes, [])
  })

  test('[C05] a page that could not ask whose the cookies are knows nothing, and asks again with the same key', async () => {
    const world = await signedIn()
    const reloaded = world.open({ storage: memoryStorage() })
    world.instead.push(() => 'lose')
    await assert.rejects(reloaded.user(), TypeError)
    world.cookies = 0
    world.clock.advance(3_600_000)
    assert.equal((await reloaded.user())?.id, 'usr_1')
    assert.equal(world.generation, 1)
  })

  test('[C05] the browser gets the cookies of a lost answer, or asks again with the same key', async () => {
    const world = await signedIn()
    world.clock.advance(LIFE_SECONDS * 1000)
    world.cookies = 0
    world.instead.push(() => 'lose')
    await assert.rejects(world.client.fetch(ORDERS), TypeError)
    world.cookies = 0
    world.clock.advance(3_600_000)
    assert.equal((await (await world.client.fetch(ORDERS)).json()).token, 'access-1')
  })

  test('[B01] signing out is the work of the server: until it has answered somebody is signed in', async () => {
    const world = await signedIn()
    world.instead.push(() => 'unreachable')
    await assert.rejects(world.client.signOut(), TypeError)
    assert.equal((await world.client.user())?.id, 'usr_1')
    assert.deepEqual(
      world.changes.map(({ state }) => state),
      ['signed-in'],
    )
    await world.client.signOut()
    assert.equal(world.cookies, undefined)
    assert.equal(await world.stored(), '')
    assert.equal(await world.client.user(), undefined)
    assert.deepEqual(world.changes.at(-1), { state: 'signed-out' })
  })

  test('[B01] a page that was loaded anew signs out whoever the cookies are of, also when their token has ended', async () => {
    const world = await signedIn()
    world.revoked.add('access-0')
    await world.open({ storage: memoryStorage() }).signOut()
    assert.equal(world.ended, true)
    assert.equal(world.cookies, undefined)
  })

  test('cookies that somebody has deleted sign out at the next refresh, and say so', async () => {
    const world = await signedIn()
    world.cookies = undefined
    const response = await world.client.fetch(ORDERS)
    assert.equal((await response.json()).code, 'credential_missing')
    assert.deepEqual(world.changes.at(-1), { state: 'signed-out', reason: 'credential_missing' })
    assert.equal(await world.stored(), '')
  })
})
