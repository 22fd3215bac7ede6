import assert from 'node:assert/strict'
import { afterEach, beforeEach, suite, test } from 'node:test'
import type { GuardedRoutes } from './guarded-routes.ts'
import { claimsOf, StrategyWorld, until } from './world.ts'

const HOUR = 3600
/** No token lives longer, and nobody's clock is further off. */
const LONGEST_LIFE = HOUR + 5

suite('strategies that keep a list of what is denied', () => {
  let world: StrategyWorld
  let orders: GuardedRoutes
  beforeEach(async () => {
    world = await StrategyWorld.openInOwnTime({ accessTokenSeconds: HOUR, refreshOverlapSeconds: 60 })
    orders = await world.service()
  })
  afterEach(() => world[Symbol.asyncDispose]())

  test('[B02] a denied `jti` dies alone, and leaves the list when its token would have expired', async () => {
    const person = await world.server.person()
    const sibling = await world.server.refresh(person.refresh_token)
    const jti = String(claimsOf(person.access_token)['jti'])
    await world.revoke('token', jti)
    await orders.refuses(person.access_token)
    await orders.accepts(sibling.access_token)
    await world.advance(HOUR - 60)
    await orders.refuses(person.access_token)
    assert.deepEqual((await world.snapshot()).denied, [`token ${jti}`])
    await world.advance(120)
    assert.deepEqual((await world.snapshot()).denied, [])
    await orders.refuses(person.access_token, 'token_expired')
  })

  test('[B12] the list holds one newest moment for a user, is loaded at start, and is cleaned by age', async () => {
    const person = await world.server.person()
    let newest = person.refresh_token
    for (let times = 0; times < 3; times++) {
      await world.revoke('user', person.user.id, 'soft')
      newest = (await world.server.refresh(newest)).refresh_token
    }
    assert.deepEqual((await world.snapshot()).denied, [`user ${person.user.id}`])
    const young = await world.server.refresh(newest)
    const started = await world.service()
    await started.refuses(person.access_token)
    await started.accepts(young.access_token)
    await world.advance(LONGEST_LIFE)
    assert.deepEqual((await world.snapshot()).denied, [])
  })

  test('[B18] tokens of long life are denied to their end, and the list shrinks as the day goes on', async () => {
    const morning = [await world.server.person(), await world.server.person(), await world.server.person()]
    for (const { user } of morning) await world.revoke('user', user.id)
    await world.advance(HOUR / 2)
    const noon = await world.server.person()
    await world.revoke('user', noon.user.id)
    assert.equal((await world.snapshot()).denied.length, 4)
    await world.advance(HOUR / 2 - 10)
    for (const { access_token } of [...morning, noon]) await orders.refuses(access_token)
    await world.advance(60)
    assert.deepEqual((await world.snapshot()).denied, [`user ${noon.user.id}`])
    for (const { access_token } of morning) await orders.refuses(access_token, 'token_expired')
    await orders.refuses(noon.access_token)
    await world.advance(HOUR / 2)
    assert.deepEqual((await world.snapshot()).denied, [])
  })

  test('[B07] a user denied with a short list of users cannot refresh, long after the list has forgotten the user', async () => {
    const [denied, other] = [await world.server.person(), await world.server.person()]
    await world.revoke('user', denied.user.id)
    await orders.refuses(denied.access_token)
    await world.advance(24 * HOUR)
    assert.deepEqual((await world.snapshot()).denied, [])
    assert.equal(await world.server.refreshVerdictOn(denied.refresh_token), 'refresh_invalid')
    await orders.accepts((await world.server.refresh(other.refresh_token)).access_token)
  })

  test('[B30] the list survives a restart of the server, and a service that starts has it before it serves', async () => {
    const [denied, other] = [await world.server.person(), await world.server.person()]
    await world.revoke('user', denied.user.id)
    await world.stop()
    await orders.refuses(denied.access_token)
    const started = await world.startingService()
    for (const { access_token } of [denied, other]) await started.refuses(access_token, 'revocation_unknown')
    await world.start()
    await until(
      'the new service serves',
      async () => (await started.verdictOn(other.access_token)) === '200',
      () => world.pass(0.05),
    )
    for (const service of [started, orders]) {
      await service.refuses(denied.access_token)
      await service.accepts(other.access_token)
    }
    await world.revoke('user', other.user.id)
    for (const service of [started, orders]) await service.refuses(other.access_token)
  })
})
