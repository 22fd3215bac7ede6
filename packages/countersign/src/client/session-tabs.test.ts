import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { problem, refusedAs, SessionWorld } from './contract/session-world.ts'
import { memoryStorage, type SessionChange, type SessionClient, type SessionClientOptions } from './index.ts'

const nameOf = ({ baseUrl }: SessionWorld): string => `countersign:${baseUrl}`
const told = (client: SessionClient): SessionChange[] => {
  const changes: SessionChange[] = []
  client.onChange((change) => changes.push(change))
  return changes
}

const PATIENCE_MS = 30_000

/** Until it is so: what goes from tab to tab takes turns of the event loop. */
async function until(isSo: () => boolean): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS
  while (!isSo() && performance.now() < endMs) await turn()
  assert.ok(isSo())
}

const states = (changes: readonly SessionChange[]): readonly string[] => changes.map(({ state }) => state)

async function twoTabs(options: Partial<SessionClientOptions> = {}) {
  const world = await SessionWorld.signedIn({ joinsTabs: true, ...options })
  const other = world.open()
  await other.session()
  const tabs = { world, other, changes: told(other), [Symbol.dispose]: () => [world.client, other].forEach((client) => client.close()) }
  return tabs
}

suite('tabs', () => {
  for (const transport of ['bearer', 'cookie'] as const) {
    test(`[C05] with ${transport} tokens two tabs at once make one exchange, and the loser has the winner's result`, async () => {
      using tabs = await twoTabs({ transport })
      const { world, other, changes } = tabs
      await Promise.all([world.client.refresh(), other.refresh(), world.client.fetch('https://api.test/orders'), other.refresh()])
      assert.equal(world.count('/v1/sessions/refresh'), 1)
      await until(() => changes.length > 0)
      assert.deepEqual(states(changes), ['refreshed'])
      assert.equal((await (await other.fetch('https://api.test/orders')).json()).token, 'access-1')
    })

    test(`[B01] with ${transport} tokens a sign-out in one tab is told in the other, whose storage is empty`, async () => {
      using tabs = await twoTabs({ transport })
      const { world, other, changes } = tabs
      await other.signOut()
      await until(() => world.changes.at(-1)?.state === 'signed-out')
      assert.deepEqual(states(changes), ['signed-out'])
      assert.equal(await world.stored(), '')
      assert.equal(world.ended, true)
      await assert.rejects(world.client.fetch('https://api.test/orders'), refusedAs('credential_missing'))
    })
  }

  test('[B01] tabs that keep their tokens to themselves end their own sessions when the same person signs out in one', async () => {
    const world = await SessionWorld.signedIn({ joinsTabs: true })
    const other = world.open({ storage: memoryStorage() })
    world.instead.push(() => own('ses_2', 'usr_1'))
    await world.signIn(other)
    const stranger = world.open({ storage: memoryStorage() })
    world.instead.push(() => own('ses_3', 'usr_2'))
    await world.signIn(stranger)
    await world.client.signOut()
    await until(() => world.seen.filter(({ method }) => method === 'DELETE').length === 2)
    await assert.rejects(other.accessToken(), refusedAs('credential_missing'))
    assert.equal((await stranger.session())?.id, 'ses_3')
    for (const client of [world.client, other, stranger]) client.close()
  })

  test('a tab hears why a session ended that another one has found ended', async () => {
    using tabs = await twoTabs()
    const { world, changes } = tabs
    world.instead.push(() => problem(401, 'refresh_reused'))
    await assert.rejects(world.client.refresh(), refusedAs('refresh_reused'))
    await until(() => changes.length > 0)
    assert.deepEqual(changes, [{ state: 'signed-out', reason: 'refresh_reused' }])
  })

  test('a sign-out during the exchange of another tab leaves nothing of that in the storage', async () => {
    using tabs = await twoTabs()
    const { world, other } = tabs
    const answer = Promise.withResolvers<Response>()
    world.instead.push(() => answer.promise)
    const refreshing = other.refresh()
    await until(() => world.count('/v1/sessions/refresh') === 1)
    const signingOut = world.client.signOut()
    await until(() => world.ended)
    answer.resolve(own('ses_1', 'usr_1'))
    await Promise.allSettled([refreshing, signingOut])
    await assert.rejects(other.accessToken(), refusedAs('credential_missing'))
    assert.equal(await world.stored(), '')
  })

  test('a tab that holds on to its turn keeps the others waiting for so long and no longer', async () => {
    using tabs = await twoTabs()
    const { world, other } = tabs
    const hanging = Promise.withResolvers<void>()
    const holding = Promise.withResolvers<void>()
    const held = navigator.locks.request(nameOf(world), () => {
      holding.resolve()
      return hanging.promise
    })
    await holding.promise
    const waiting = assert.rejects(other.refresh(), { name: 'TimeoutError' })
    await until(() => world.clock.advance(1000) === undefined && world.clock.monotonicMs() > 20_000)
    await waiting
    assert.equal(await other.accessToken(), 'access-0')
    hanging.resolve()
    await held
    await other.refresh()
    assert.equal(await other.accessToken(), 'access-1')
  })

  test('[C05] what another tab has stored, and arrives in this one after it was told, is heard then', async (t) => {
    const page = new EventTarget()
    const listening = { addEventListener: page.addEventListener.bind(page), removeEventListener: page.removeEventListener.bind(page) }
    Object.assign(globalThis, listening)
    t.after(() => Object.keys(listening).forEach((name) => Reflect.deleteProperty(globalThis, name)))
    const world = await SessionWorld.signedIn({ joinsTabs: true })
    let late: string | null | undefined
    let looks = 0
    const { storage } = world
    const other = world.open({
      storage: {
        getItem(name) {
          looks++
          return late === undefined ? storage.getItem(name) : late
        },
        setItem: (name, value) => storage.setItem(name, value),
        removeItem: (name) => storage.removeItem(name),
      },
    })
    await other.session()
    const changes = told(other)
    late = await storage.getItem(nameOf(world))
    const before = looks
    await world.client.refresh()
    await until(() => looks > before)
    await turn()
    assert.deepEqual(states(changes), [])
    late = undefined
    const arrived = () => page.dispatchEvent(new Event('storage'))
    arrived()
    await until(() => changes.length > 0)
    assert.deepEqual(states(changes), ['refreshed'])
    // Nor does a sign-out that was told end what somebody has begun since.
    await world.client.signOut()
    await until(() => changes.at(-1)?.state === 'signed-out')
    await world.signIn(other)
    arrived()
    await turn()
    assert.deepEqual(states(changes), ['refreshed', 'signed-out', 'signed-in'])
    for (const client of [world.client, other]) client.close()
    const after = looks
    arrived()
    await turn()
    assert.equal(looks, after)
  })

  test('what others say on the channel of the tabs does nothing unless it is so', async () => {
    using tabs = await twoTabs()
    const { world, other, changes } = tabs
    const channel = new BroadcastChannel(nameOf(world))
    for (const message of [
      'hello',
      null,
      {},
      { state: 'signed-out' },
      { state: 'signed-out', session: 'ses_9', user: 'usr_9' },
      { state: 1, session: 'ses_1' },
    ]) {
      channel.postMessage(message)
    }
    channel.postMessage({ state: 'refreshed', session: 'ses_1' })
    await world.client.refresh()
    await until(() => changes.length > 0)
    assert.deepEqual(states(changes), ['refreshed'])
    assert.equal(await other.accessToken(), 'access-1')
    channel.close()
  })
})

const own = (session: string, user: string): Response =>
  Response.json({
    access_token: `access-of-${session}`,
    token_type: 'Bearer',
    refresh_token: `refresh-of-${session}`,
    expires_in: 300,
    session: { id: session },
    user: { id: user, email: 'ada@example.com', name: null, roles: [], groups: [] },
  })
