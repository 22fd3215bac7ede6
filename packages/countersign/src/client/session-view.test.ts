import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { problem, SessionWorld } from './contract/session-world.ts'
import { memoryStorage, type SessionView, sessionHook, sessionViews } from './index.ts'

suite('the view of a session', () => {
  test('[C05] is unknown until somebody looks, and then what the client knows', async () => {
    const world = await SessionWorld.signedIn({ transport: 'cookie' })
    const views = sessionViews(world.open({ storage: memoryStorage() }))
    assert.deepEqual(views.getSnapshot(), { state: 'unknown' })
    const seen: string[] = []
    const stop = views.subscribe(() => seen.push(views.getSnapshot().state))
    views.subscribe(() => undefined)
    for (let i = 0; i < 20; i++) await turn()
    assert.deepEqual(seen, ['signed-in'])
    assert.equal(views.getSnapshot(), views.getSnapshot())
    assert.equal(world.count('/v1/sessions/refresh'), 1)
    stop()
  })

  test('follows sign-in, roles, and the end of the session with its reason', async () => {
    const world = new SessionWorld()
    const views = sessionViews(world.client)
    const seen: SessionView[] = []
    views.subscribe(() => seen.push(views.getSnapshot()))
    for (let i = 0; i < 20; i++) await turn()
    await world.signIn()
    await world.client.refresh()
    world.instead.push(() => problem(401, 'refresh_reused'))
    await assert.rejects(world.client.refresh())
    assert.deepEqual(
      seen.map((view) => (view.state === 'signed-in' ? view.user.roles : view)),
      [{ state: 'signed-out' }, [], ['staff'], { state: 'signed-out', reason: 'refresh_reused' }],
    )
  })

  test('stays unknown without an answer, and the next one to look asks again', async () => {
    const world = await SessionWorld.signedIn({ transport: 'cookie' })
    const views = sessionViews(world.open({ storage: memoryStorage() }))
    world.instead.push(() => 'unreachable')
    views.subscribe(() => undefined)
    for (let i = 0; i < 20; i++) await turn()
    assert.deepEqual(views.getSnapshot(), { state: 'unknown' })
    views.subscribe(() => undefined)
    for (let i = 0; i < 20; i++) await turn()
    assert.equal(views.getSnapshot().state, 'signed-in')
  })

  test('is a React hook with the `useSyncExternalStore` of whichever React', async () => {
    const world = await SessionWorld.signedIn()
    let draw = (): void => undefined
    const drawn: string[] = []
    // What React does with it: draw, subscribe, and draw again when the snapshot is another.
    const useSession = sessionHook(world.client, (subscribe, snapshot) => {
      draw()
      draw = (): void => undefined
      subscribe(() => drawn.push((snapshot() as SessionView).state))
      return snapshot()
    })
    assert.deepEqual(useSession(), { state: 'unknown' })
    for (let i = 0; i < 20; i++) await turn()
    await world.client.signOut()
    assert.deepEqual(drawn, ['signed-in', 'signed-out'])
  })
})
