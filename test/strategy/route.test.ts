import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { GuardedRoutes } from './guarded-routes.ts'
import { StrategyWorld } from './world.ts'

suite('strategies that let a service or a route choose', () => {
  let world: StrategyWorld
  let orders: GuardedRoutes
  before(async () => {
    world = await StrategyWorld.openInOwnTime()
    orders = await world.service()
  })
  after(() => world[Symbol.asyncDispose]())

  test('[B22] a group’s cut-off kills the older tokens of its members alone, and each gets a fresh one unseen', async () => {
    const people = [await world.server.person(), await world.server.person(), await world.server.person()]
    for (const [i, { user }] of people.entries()) {
      await world.operate('PATCH', `/v1/users/${user.id}`, { groups: [i < 2 ? 'north' : 'south'] })
    }
    const clients = await Promise.all(people.map(({ email }) => world.client(email)))
    const before = await Promise.all(clients.map((client) => client.accessToken()))
    for (const token of before) await orders.accepts(token)
    await world.revoke('group', 'north')
    await orders.refuses(before[0] ?? '')
    await orders.refuses(before[1] ?? '')
    await orders.accepts(before[2] ?? '')
    for (const client of clients) assert.equal((await client.fetch(`${orders.url}/`)).status, 200)
    const after = await Promise.all(clients.map((client) => client.accessToken()))
    assert.deepEqual(
      after.map((token, i) => token === before[i]),
      [false, false, true],
    )
    // The cut-off still stands; whoever is younger need not be looked at again.
    for (const token of after) await orders.accepts(token)
  })

  test('[B29] each service remembers a bounded number of verified tokens, and a revocation makes all of them forget', async () => {
    const services = [await world.service({ '/': {} }, { cacheSize: 4 }), await world.service({ '/': {} }, { cacheSize: 4 })]
    const people = await Promise.all(Array.from({ length: 12 }, () => world.server.person()))
    const last = people.at(-1)
    assert.ok(last !== undefined)
    for (const service of services) {
      for (const { access_token } of people) await service.accepts(access_token)
      const before = service.verifier.status().cache.hits
      await service.accepts(last.access_token)
      const { size, hits } = service.verifier.status().cache
      assert.ok(size <= 4, `${size} remembered`)
      assert.equal(hits, before + 1)
    }
    await world.revoke('user', last.user.id, 'soft')
    for (const service of services) {
      await service.refuses(last.access_token)
      for (const { access_token } of people.slice(0, -1)) await service.accepts(access_token)
    }
  })
})
