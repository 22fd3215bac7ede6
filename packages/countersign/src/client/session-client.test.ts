import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { AuthError, ManualClock, type Platform, systemRandom } from '../core/index.ts'
import { createSessionClient, memoryStorage, type SessionChange, type SessionClient, type SessionStorage } from './index.ts'

const LIFE_SECONDS = 300

type Script = () => Response | 'lose' | 'unreachable'

/** A server of sessions and a service behind it, as far as a client can tell. */
class World {
  readonly clock = new ManualClock(1_800_000_000_000)
  readonly seen: { readonly method: string; readonly path: string; readonly headers: Headers; readonly body: string }[] = []
  readonly storage: SessionStorage = memoryStorage()
  readonly changes: SessionChange[] = []
  readonly client: SessionClient
  /** Answers taken before the world's own, one a request; `lose` does the work and loses the answer. */
  readonly instead: Script[] = []
  generation = 0
  ended = false
  revoked = new Set<string>()
  readonly #successors = new Map<string, number>()

  constructor() {
    const platform: Platform = { clock: this.clock, random: systemRandom, fetch: (input, init) => this.#answer(new Request(input, init)) }
    this.client = createSessionClient({ baseUrl: 'https://auth.test/', storage: this.storage, platform })
    this.client.onChange((change) => this.changes.push(change))
  }

  static async signedIn(): Promise<World> {
    const world = new World()
    await world.client.signIn({ email: 'ada@example.com', password: 'correct horse' })
    return world
  }

  count(path: string): number {
    return this.seen.filter((request) => request.path === path).length
  }

  async stored(): Promise<string> {
    return (await this.storage.getItem('countersign:https://auth.test/')) ?? ''
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname: path } = new URL(request.url)
    this.seen.push({ method: request.method, path, headers: request.headers, body: await request.text() })
    const body = this.seen.at(-1)?.body ?? ''
    const scripted = this.instead.shift()?.()
    if (scripted === 'unreachable') throw new TypeError('fetch failed')
    if (scripted instanceof Response) return scripted
    const answer = this.#route(request, path, body)
    if (scripted === 'lose') throw new TypeError('terminated')
    return answer
  }

  #route(request: Request, path: string, body: string): Response {
    if (path === '/v1/sessions') return this.#tokens(201)
    if (path === '/v1/sessions/refresh') return this.#refresh(request, JSON.parse(body))
    const token = request.headers.get('authorization')?.replace('Bearer ', '') ?? ''
    if (this.revoked.has(token)) return problem(401, 'token_revoked')
    if (path === '/v1/sessions/current') {
      this.ended = true
      return new Response(null, { status: 204 })
    }
    return Response.json({ token, body })
  }

  #refresh(request: Request, { refresh_token: token }: { readonly refresh_token: string }): Response {
    if (this.ended) return problem(401, 'refresh_invalid')
    const key = `${token} ${request.headers.get('idempotency-key')}`
    const successor = this.#successors.get(key)
    if (successor === this.generation) return this.#tokens(200)
    if (token !== `refresh-${this.generation}`) return problem(401, 'refresh_reused')
    this.generation++
    this.#successors.set(key, this.generation)
    return this.#tokens(200)
  }

  #tokens(status: number): Response {
    const { generation } = this
    return Response.json(
      {
        access_token: `access-${generation}`,
        token_type: 'Bearer',
        expires_in: LIFE_SECONDS,
        refresh_token: `refresh-${generation}`,
        session: { id: 'ses_1' },
        user: { id: 'usr_1', email: 'ada@example.com', name: null, roles: generation === 0 ? [] : ['staff'], groups: [] },
      },
      { status },
    )
  }
}

const problem = (status: number, code: string): Response => Response.json({ type: 'about:blank', title: 'no', status, code }, { status })
const refusedAs = (code: string) => (error: unknown) => error instanceof AuthError && error.code === code

test('[C01] signing in yields session and user, and a token without another request', async () => {
  const world = await World.signedIn()
  assert.equal((await world.client.user())?.id, 'usr_1')
  assert.equal((await world.client.session())?.id, 'ses_1')
  assert.equal(await world.client.accessToken(), 'access-0')
  assert.equal(world.seen.length, 1)
  assert.deepEqual(JSON.parse(world.seen[0]?.body ?? ''), { email: 'ada@example.com', password: 'correct horse' })
})

test('a wrong password is refused with the code of the server, and nothing is stored', async () => {
  const world = new World()
  world.instead.push(() => problem(401, 'credentials_invalid'))
  await assert.rejects(world.client.signIn({ email: 'a@b.c', password: 'x' }), refusedAs('credentials_invalid'))
  assert.equal(await world.stored(), '')
  await assert.rejects(world.client.accessToken(), refusedAs('credential_missing'))
})

test('[B03] a token near its end is exchanged unseen, and roles that changed meanwhile arrive with it', async () => {
  const world = await World.signedIn()
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
  const world = await World.signedIn()
  world.clock.advance(LIFE_SECONDS * 1000)
  const tokens = await Promise.all(Array.from({ length: 50 }, () => world.client.accessToken()))
  assert.deepEqual(new Set(tokens), new Set(['access-1']))
  assert.equal(world.count('/v1/sessions/refresh'), 1)
})

test('[C05] a tab takes over what another tab of the same storage has exchanged', async () => {
  const world = await World.signedIn()
  const platform: Platform = { clock: world.clock, random: systemRandom, fetch: () => Promise.reject(new TypeError('not to be called')) }
  const otherTab = createSessionClient({ baseUrl: 'https://auth.test/', storage: world.storage, platform })
  assert.equal(await otherTab.accessToken(), 'access-0')
  await world.client.refresh()
  assert.equal(await otherTab.accessToken(), 'access-1')
})

test('a lost answer is asked for again with the same key and gives the same successor', async () => {
  const world = await World.signedIn()
  world.clock.advance(LIFE_SECONDS * 1000)
  world.instead.push(() => 'lose')
  await assert.rejects(world.client.accessToken(), TypeError)
  assert.equal(world.generation, 1)
  assert.match(await world.stored(), /"idempotencyKey":"[\w-]{22}"/)
  world.clock.advance(3_600_000)
  assert.equal(await world.client.accessToken(), 'access-1')
  assert.equal(world.generation, 1)
  assert.doesNotMatch(await world.stored(), /idempotencyKey/)
  const keys = world.seen.filter(({ path }) => path === '/v1/sessions/refresh').map(({ headers }) => headers.get('idempotency-key'))
  assert.equal(keys.length, 2)
  assert.equal(keys[0], keys[1])
})

test('each exchange has a key of its own', async () => {
  const world = await World.signedIn()
  await world.client.refresh()
  await world.client.refresh()
  const keys = world.seen.filter(({ path }) => path === '/v1/sessions/refresh').map(({ headers }) => headers.get('idempotency-key'))
  assert.equal(new Set(keys).size, 2)
})

for (const code of ['refresh_invalid', 'refresh_reused'] as const) {
  test(`a refresh that is refused as ${code} signs out and says why`, async () => {
    const world = await World.signedIn()
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
    const world = await World.signedIn()
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
    const world = await World.signedIn()
    world.instead.push(() => problem(401, code))
    const response = await world.client.fetch('https://api.test/orders', { method: 'POST', body: 'tea' })
    assert.deepEqual(await response.json(), { token: 'access-1', body: 'tea' })
    assert.equal(world.count('/orders'), 2)
  })
}

test('a service that refuses the new token as well is not asked a third time', async () => {
  const world = await World.signedIn()
  world.revoked = new Set(['access-0', 'access-1'])
  const response = await world.client.fetch('https://api.test/orders')
  assert.equal(response.status, 401)
  assert.equal((await response.json()).code, 'token_revoked')
  assert.equal(world.count('/orders'), 2)
})

test('a 401 for another reason is handed on, its body unread', async () => {
  const world = await World.signedIn()
  world.instead.push(() => problem(401, 'step_up_required'))
  const response = await world.client.fetch('https://api.test/orders')
  assert.equal((await response.json()).code, 'step_up_required')
  assert.equal(world.count('/orders'), 1)
})

test('a request whose body is a stream is sent once', async () => {
  const world = await World.signedIn()
  world.revoked.add('access-0')
  const request = new Request('https://api.test/orders', { method: 'POST', body: 'tea' })
  assert.equal((await world.client.fetch(request)).status, 401)
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', body: new Blob(['tea']).stream(), duplex: 'half' }
  assert.equal((await world.client.fetch('https://api.test/orders', init)).status, 401)
  assert.equal(world.count('/orders'), 2)
})

test("a request keeps its own headers beside the token's", async () => {
  const world = await World.signedIn()
  await world.client.fetch(new Request('https://api.test/orders', { headers: { accept: 'text/plain' } }))
  assert.equal(world.seen.at(-1)?.headers.get('accept'), 'text/plain')
  assert.equal(world.seen.at(-1)?.headers.get('authorization'), 'Bearer access-0')
})

test('[B01] signing out removes the tokens from the storage and ends the session at the server', async () => {
  const world = await World.signedIn()
  await world.client.signOut()
  assert.equal(await world.stored(), '')
  assert.equal(world.ended, true)
  assert.deepEqual(world.seen.at(-1)?.method, 'DELETE')
  assert.deepEqual(world.changes.at(-1), { state: 'signed-out' })
  await assert.rejects(world.client.accessToken(), refusedAs('credential_missing'))
})

test('[B01] signing out with a token that was cut off ends the session with a new one', async () => {
  const world = await World.signedIn()
  world.revoked.add('access-0')
  await world.client.signOut()
  assert.equal(world.ended, true)
  assert.equal(world.seen.at(-1)?.headers.get('authorization'), 'Bearer access-1')
})

test('[B01] signing out without a network removes the tokens all the same, and says that the server does not know', async () => {
  const world = await World.signedIn()
  world.instead.push(() => 'unreachable')
  await assert.rejects(world.client.signOut(), TypeError)
  assert.equal(await world.stored(), '')
})

test('[B01] signing out during a refresh leaves no token behind, and ends the session with the token that came out of it', async () => {
  const world = await World.signedIn()
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
    const world = new World()
    await world.storage.setItem('countersign:https://auth.test/', text)
    await assert.rejects(world.client.accessToken(), refusedAs('credential_missing'))
  })
}
