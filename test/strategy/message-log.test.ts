import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { CuttableLine } from './cuttable-line.ts'
import type { GuardedRoutes } from './guarded-routes.ts'
import { StrategyWorld } from './world.ts'

suite('strategies that send revocations through a message log', () => {
  let line: CuttableLine
  let world: StrategyWorld
  let orders: GuardedRoutes
  before(async () => {
    line = await CuttableLine.open()
    // The services know the server by the name of the line; whoever signs in or revokes goes to it directly.
    world = await StrategyWorld.openInOwnTime({ issuer: line.url })
    line.leadTo(world.server.port)
    orders = await world.service({ '/': {}, '/pay': { freshness: 'strict' } })
  })
  after(async () => {
    await world[Symbol.asyncDispose]()
    await line[Symbol.asyncDispose]()
  })

  const revokeUnheard = async (user: string): Promise<void> => {
    const { status } = await world.server.local('POST', '/v1/revocations', { target: { kind: 'user', id: user } })
    assert.equal(status, 201)
  }

  test('[B19] each service keeps its own deny list out of the log; one that was down catches up before it serves', async () => {
    const [early, late, other] = [await world.server.person(), await world.server.person(), await world.server.person()]
    const billing = await world.service()
    await world.revoke('user', early.user.id)
    for (const service of [orders, billing]) await service.refuses(early.access_token)
    await world.end(billing)
    await revokeUnheard(late.user.id)
    const again = await world.service()
    for (const { access_token } of [early, late]) await again.refuses(access_token)
    await again.accepts(other.access_token)
  })

  test('[B19] [B28] an outage stops no ordinary request and forgives nobody; critical routes refuse, and a long outage stops all', async () => {
    const [dead, dying, living] = [await world.server.person(), await world.server.person(), await world.server.person()]
    await world.revoke('user', dead.user.id)
    await orders.accepts(living.access_token, '/pay')
    line.cut()
    await revokeUnheard(dying.user.id)
    world.pass(20)
    await orders.accepts(living.access_token)
    await orders.refuses(dead.access_token)
    await orders.refuses(living.access_token, 'revocation_unknown', '/pay')
    world.pass(60)
    for (const { access_token } of [dead, dying, living]) await orders.refuses(access_token, 'revocation_unknown')
    line.mend()
    await world.advance(1)
    await orders.accepts(living.access_token)
    await orders.accepts(living.access_token, '/pay')
    for (const { access_token } of [dead, dying]) await orders.refuses(access_token)
  })
})
