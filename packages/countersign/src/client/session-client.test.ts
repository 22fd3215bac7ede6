import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { type Platform, ManualClock, systemRandom } from '../core/index.ts'
import { LIFE_SECONDS, problem, refusedAs, type Script, SessionWorld } from './contract/session-world.ts'
import { createSessionClient, FactorRequired } from './index.ts'

test('[C01] signing in yields session and user, and a token without another request', async () => {
  const world = await SessionWorld.signedIn()
  assert.equal((await world.client.user())?.id, 'usr_1')
  assert.equal((await world.client.session())?.id, 'ses_1')
  assert.equal(await world.client.accessToken(), 'access-0')
  assert.equal(world.seen.length, 1)
  assert.deepEqual(JSON.parse(world.seen[0]?.body ?? ''), { email: 'ada@example.com', password: 'correct horse' })
})

test('a wrong password is refused with the code of the server, and nothing is stored', async () => {
  const world = new SessionWorld()
  world.instead.push(() => problem(401, 'credentials_invalid'))
  await assert.rejects(world.client.signIn({ email: 'a@b.c', password: 'x' }), refusedAs('credentials_invalid'))
  assert.equal(await world.stored(), '')
  await assert.rejects(world.client.accessToken(), refusedAs('credential_missing'))
})

test('[B03] a token near its end is exchanged unseen, and roles that changed meanwhile arrive with it', async () => {
  const world = await SessionWorld.signedIn()
  world.clock.advance((LIFE_SECONDS - 31) * 1000)
  assert.equal(await world.client.accessToken(), 'access-0')
  world.clock.advance(2000)
  assert.equal(await world.client.accessToken(), 'access-1')
  assert.deepEqual((await world.client.user())?.roles, ['staff'])
  assert.deepEqual(
    world.changes.map(({ state }) => state),
    ['signed-in', 'refreshed'],
  )
})

test('[C05] fifty requests at once make one exchange', async () => {
  const world = await SessionWorld.signedIn()
  world.clock.advance(LIFE_SECONDS * 1000)
  const tokens = await Promise.all(Array.from({ length: 50 }, () => world.client.accessToken()))
  assert.deepEqual(new Set(tokens), new Set(['access-1']))
  assert.equal(world.count('/v1/sessions/refresh'), 1)
})

test('[C05] a tab takes over what another tab of the same storage has exchanged', async () => {
  const world = await SessionWorld.signedIn()
  const platform: Platform = { ...world.platform, fetch: () => Promise.reject(new TypeError('not to be called')) }
  const otherTab = world.open({ platform })
  assert.equal(await otherTab.accessToken(), 'access-0')
  await world.client.refresh()
  assert.equal(await otherTab.accessToken(), 'access-1')
})

test('a lost answer is asked for again with the same key and gives the same successor', async () => {
  const world = await SessionWorld.signedIn()
  world.clock.advance(LIFE_SECONDS * 1000)
  world.instead.push(() => 'lose')
  await assert.rejects(world.client.accessToken(), TypeError)
  assert.equal(world.generation, 1)
  assert.match(await world.stored(), /"idempotencyKey":"[0-9a-f]{32}"/)
  world.clock.advance(3_600_000)
  assert.equal(await world.client.accessToken(), 'access-1')
  assert.equal(world.generation, 1)
  assert.doesNotMatch(await world.stored(), /idempotencyKey/)
  const keys = world.seen.filter(({ path }) => path === '/v1/sessions/refresh').map(({ headers }) => headers.get('idempotency-key'))
  assert.equal(keys.length, 2)
  assert.equal(keys[0], keys[1])
})

test('each exchange has a key of its own', async () => {
  const world = await SessionWorld.signedIn()
  await world.client.refresh()
  await world.client.refresh()
  const keys = world.seen.filter(({ path }) => path === '/v1/sessions/refresh').map(({ headers }) => headers.get('idempotency-key'))
  assert.equal(new Set(keys).size, 2)
})

for (const code of ['refresh_invalid', 'refresh_reused'] as const) {
  test(`a refresh that is refused as ${code} signs out and says why`, async () => {
    const world = await SessionWorld.signedIn()
    world.clock.advance(LIFE_SECONDS * 1000)
    world.instead.push(() => problem(401, code))
    await assert.rejects(world.client.accessToken(), refusedAs(code))
    assert.equal(await world.stored(), '')
    assert.deepEqual(world.changes.at(-1), { state: 'signed-out', reason: code })
  })
}

const outages: readonly (readonly [name: string, outage: Script])[] = [
  ['no answer', () => 'unreachable'],
  ['503', () => problem(503, 'unavailable')],
  ["a proxy's error page", () => new Response('<h1>Bad gateway</h1>', { status: 502 })],
  ['a good answer that is none', () => Response.json({})],
]
for (const [name, outage] of outages) {
  test(`${name} to a refresh keeps the session; the old token serves while it lives`, async () => {
    const world = await SessionWorld.signedIn()
    world.clock.advance((LIFE_SECONDS - 10) * 1000)
    world.instead.push(outage)
    assert.equal(await world.client.accessToken(), 'access-0')
    world.clock.advance(20_000)
    world.instead.push(outage)
    await assert.rejects(world.client.accessToken())
    assert.equal((await world.client.session())?.id, 'ses_1')
    assert.equal(await world.client.accessToken(), 'access-1')
  })
}

for (const code of ['token_revoked', 'token_expired']) {
  test(`[B36] a service's ${code} is answered by one refresh and one more attempt`, async () => {
    const world = await SessionWorld.signedIn()
    world.instead.push(() => problem(401, code))
    const response = await world.client.fetch('https://api.test/orders', { method: 'POST', body: 'tea' })
    assert.deepEqual(await response.json(), { token: 'access-1', body: 'tea' })
    assert.equal(world.count('/orders'), 2)
  })
}

test('a service that refuses the new token as well is not asked a third time', async () => {
  const world = await SessionWorld.signedIn()
  world.revoked = new Set(['access-0', 'access-1'])
  const response = await world.client.fetch('https://api.test/orders')
  assert.equal(response.status, 401)
  assert.equal((await response.json()).code, 'token_revoked')
  assert.equal(world.count('/orders'), 2)
})

test('a 401 for another reason is handed on, its body unread', async () => {
  const world = await SessionWorld.signedIn()
  world.instead.push(() => problem(401, 'step_up_required'))
  const response = await world.client.fetch('https://api.test/orders')
  assert.equal((await response.json()).code, 'step_up_required')
  assert.equal(world.count('/orders'), 1)
})

test('a request whose body is a stream is sent once', async () => {
  const world = await SessionWorld.signedIn()
  world.revoked.add('access-0')
  const request = new Request('https://api.test/orders', { method: 'POST', body: 'tea' })
  assert.equal((await world.client.fetch(request)).status, 401)
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', body: new Blob(['tea']).stream(), duplex: 'half' }
  assert.equal((await world.client.fetch('https://api.test/orders', init)).status, 401)
  assert.equal(world.count('/orders'), 2)
})

test("a request keeps its own headers beside the token's", async () => {
  const world = await SessionWorld.signedIn()
  await world.client.fetch(new Request('https://api.test/orders', { headers: { accept: 'text/plain' } }))
  assert.equal(world.seen.at(-1)?.headers.get('accept'), 'text/plain')
  assert.equal(world.seen.at(-1)?.headers.get('authorization'), 'Bearer access-0')
})

test('[B01] signing out removes the tokens from the storage and ends the session at the server', async () => {
  const world = await SessionWorld.signedIn()
  await world.client.signOut()
  assert.equal(await world.stored(), '')
  assert.equal(world.ended, true)
  assert.deepEqual(world.seen.at(-1)?.method, 'DELETE')
  assert.deepEqual(world.changes.at(-1), { state: 'signed-out' })
  await assert.rejects(world.client.accessToken(), refusedAs('credential_missing'))
})

test('[B01] signing out with a token that was cut off ends the session with a new one', async () => {
  const world = await SessionWorld.signedIn()
  world.revoked.add('access-0')
  await world.client.signOut()
  assert.equal(world.ended, true)
  assert.equal(world.seen.at(-1)?.headers.get('authorization'), 'Bearer access-1')
})

test('[B01] signing out without a network removes the tokens all the same, and says that the server does not know', async () => {
  const world = await SessionWorld.signedIn()
  world.instead.push(() => 'unreachable')
  await assert.rejects(world.client.signOut(), TypeError)
  assert.equal(await world.stored(), '')
})

test('[B01] signing out during a refresh leaves no token behind, and ends the session with the token that came out of it', async () => {
  const world = await SessionWorld.signedIn()
  world.clock.advance(LIFE_SECONDS * 1000)
  const waiting = assert.rejects(world.client.accessToken(), refusedAs('credential_missing'))
  while (world.count('/v1/sessions/refresh') === 0) await Promise.resolve()
  await world.client.signOut()
  await waiting
  assert.equal(await world.stored(), '')
  assert.equal(world.ended, true)
})

test('an answer that does not come in time is given up', async () => {
  const clock = new ManualClock(0)
  const hanging: typeof fetch = (_input, init) =>
    new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)))
  const client = createSessionClient({ baseUrl: 'https://auth.test', platform: { clock, random: systemRandom, fetch: hanging } })
  const signingIn = assert.rejects(client.signIn({ email: 'a@b.c', password: 'x' }), { name: 'TimeoutError' })
  await turn()
  clock.advance(15_000)
  await signingIn
})

for (const [name, text] of [
  ['text', 'hello'],
  ['another object', '{"accessToken":1}'],
  ['a list', '[]'],
] as const) {
  test(`a storage that holds ${name} counts as signed out`, async () => {
    const world = new SessionWorld()
    await world.storage.setItem(`countersign:${world.baseUrl}`, text)
    await assert.rejects(world.client.accessToken(), refusedAs('credential_missing'))
  })
}

test('[H04] a sign-in that wants a second factor says which would do, and its ticket gives the options for a passkey', async () => {
  const world = new SessionWorld()
  world.instead.push(() => problem(401, 'factor_required', { factors: ['passkey', 'recovery_code'], factor_ticket: 'ticket-1' }))
  const error = await world.client.signIn({ email: 'a@b.c', password: 'x' }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof FactorRequired && refusedAs('factor_required')(error))
  assert.deepEqual(error.factors, ['passkey', 'recovery_code'])
  assert.doesNotMatch(JSON.stringify(error.detail) + error.message, /ticket/)
  assert.deepEqual(await world.client.passkeyOptions(error.factorTicket), { factor_ticket: 'ticket-1' })
  assert.deepEqual(await world.client.passkeyOptions(), {})
})

test('a refusal that this version does not know keeps its code', async () => {
  const world = new SessionWorld()
  world.instead.push(() => problem(403, 'of_tomorrow'))
  await assert.rejects(world.client.signIn({ email: 'a@b.c', password: 'x' }), refusedAs('of_tomorrow'))
})

test('a clock that was set back does not keep an old token in use', async () => {
  const world = await SessionWorld.signedIn()
  world.clock.stepWall(-3_600_000)
  assert.equal(await world.client.accessToken(), 'access-1')
})

test('[C05] a page that asks for it has a new token before anybody wants one, and tries again after a failure', async () => {
  const world = await SessionWorld.signedIn({ refreshesSilently: true })
  const passes = async (seconds: number): Promise<void> => {
    for (let i = 0; i < 20; i++) await turn()
    world.clock.advance(seconds * 1000)
    for (let i = 0; i < 20; i++) await turn()
  }
  await passes(LIFE_SECONDS - 46)
  assert.equal(world.generation, 0)
  world.instead.push(() => 'unreachable')
  await passes(16)
  assert.equal(world.count('/v1/sessions/refresh'), 1)
  assert.equal(world.generation, 0)
  await passes(12)
  assert.equal(world.generation, 1)
  await passes(LIFE_SECONDS - 46)
  await passes(16)
  assert.equal(world.generation, 2)
  world.client.close()
  await passes(LIFE_SECONDS)
  assert.equal(world.generation, 2)
})
