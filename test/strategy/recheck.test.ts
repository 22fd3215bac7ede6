import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import type { Requirement } from 'countersign'
import type { GuardedRoutes } from './guarded-routes.ts'
import { WatchedFetch } from './watched-fetch.ts'
import { StrategyWorld } from './world.ts'

suite('strategies that ask the issuer now and then', () => {
  let world: StrategyWorld
  let line: WatchedFetch
  before(async () => {
    world = await StrategyWorld.openInOwnTime({ accessTokenSeconds: 300 })
  })
  after(() => world[Symbol.asyncDispose]())
  beforeEach(() => {
    line = new WatchedFetch()
  })

  const service = (requirement: Requirement): Promise<GuardedRoutes> =>
    world.service({ '/': requirement, '/trusting': {} }, { platform: { ...world.platform, fetch: line.fetch } })

  const questionsAbout = async (act: () => Promise<void>): Promise<number> => {
    const before = line.questions
    await act()
    return line.questions - before
  }

  test('[B24] within N seconds of issue nobody is asked; later the issuer is, and its answer counts for as long again', async () => {
    const orders = await service({ recheck: { notWithinSeconds: 60 } })
    const { access_token: token } = await world.server.person()
    const request = () => orders.accepts(token)
    assert.equal(await questionsAbout(request), 0)
    await world.advance(50)
    assert.equal(await questionsAbout(request), 0)
    await world.advance(15)
    assert.equal(await questionsAbout(request), 1)
    assert.equal(await questionsAbout(request), 0)
    await world.advance(50)
    assert.equal(await questionsAbout(request), 0)
    await world.advance(15)
    line.isAnswered = false
    await orders.refuses(token, 'revocation_unknown')
    await orders.accepts(token, '/trusting')
    line.isAnswered = true
    assert.equal(await questionsAbout(request), 1)
    await world.end(orders)
  })

  test('[B33] the issuer is asked on every Nth request, and nobody is in between', async () => {
    const orders = await service({ recheck: { everyRequests: 3 } })
    const { access_token: token } = await world.server.person()
    const asked: number[] = []
    for (let request = 0; request < 9; request++) asked.push(await questionsAbout(() => orders.accepts(token)))
    assert.deepEqual(asked, [1, 0, 0, 1, 0, 0, 1, 0, 0])
    assert.equal(await questionsAbout(() => orders.accepts(token, '/trusting')), 0)
    await world.end(orders)
  })

  test('[B33] the issuer is asked when X % of the token’s life have passed', async () => {
    const orders = await service({ recheck: { afterLifeFraction: 0.4 } })
    const { access_token: token } = await world.server.person()
    const asked: number[] = []
    for (let seconds = 0; seconds < 280; seconds += 40) {
      asked.push(await questionsAbout(() => orders.accepts(token)))
      await world.advance(40)
    }
    assert.deepEqual(asked, [0, 0, 0, 1, 0, 0, 1])
    await world.end(orders)
  })

  test('[B28] a critical route asks the authority where the log may be old, and finds out what the others cannot know yet', async () => {
    const orders = await service({ freshness: { maxAgeSeconds: 2, whenStale: 'ask' } })
    const [revoked, living] = [await world.server.person(), await world.server.person()]
    assert.equal(await questionsAbout(() => orders.accepts(revoked.access_token)), 0)
    line.cutFeed()
    world.pass(10)
    const { status } = await world.server.local('POST', '/v1/revocations', { target: { kind: 'user', id: revoked.user.id } })
    assert.equal(status, 201)
    await orders.accepts(revoked.access_token, '/trusting')
    assert.equal(await questionsAbout(() => orders.refuses(revoked.access_token)), 1)
    assert.equal(await questionsAbout(() => orders.accepts(living.access_token)), 1)
    line.isAnswered = false
    await orders.refuses(living.access_token, 'revocation_unknown')
    line.mendFeed()
    await world.advance(1)
    await orders.refuses(revoked.access_token, 'token_revoked', '/trusting')
    await orders.accepts(living.access_token)
    await world.end(orders)
  })
})
