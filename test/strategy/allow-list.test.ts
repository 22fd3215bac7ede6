import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { GuardedRoutes } from './guarded-routes.ts'
import { claimsOf, StrategyWorld } from './world.ts'

suite('strategies that keep a list of what is allowed', () => {
  let world: StrategyWorld
  let orders: GuardedRoutes
  before(async () => {
    world = await StrategyWorld.openInOwnTime()
    orders = await world.service()
  })
  after(() => world[Symbol.asyncDispose]())

  const stored = async (user: string): Promise<readonly string[]> => {
    const { body } = await world.operate('GET', `/v1/sessions?user=${user}`)
    return body.sessions.map(({ id }: { id: string }) => id)
  }

  test('[B10] a token works only while its id is stored; destroying the id destroys the token, for good', async () => {
    const { user, session, access_token, refresh_token } = await world.server.person()
    assert.deepEqual(await stored(user.id), [claimsOf(access_token)['sid']])
    await orders.accepts(access_token)
    assert.equal((await world.aboutToken('introspect', access_token))['active'], true)
    await world.operate('DELETE', `/v1/sessions/${session.id}`)
    assert.deepEqual(await stored(user.id), [])
    assert.deepEqual(await world.aboutToken('introspect', access_token), { active: false })
    await orders.refuses(access_token)
    assert.equal(await world.server.refreshVerdictOn(refresh_token), 'refresh_invalid')
    assert.equal((await world.server.local('DELETE', `/v1/sessions/${session.id}`)).body.code, 'not_found')
  })

  test('[B17] several clients have their ids on the user’s list; “sign out everywhere” empties it', async () => {
    const phone = await world.server.person()
    const [laptop, tablet] = [await world.server.signIn(phone.email), await world.server.signIn(phone.email)]
    const all = [phone, laptop, tablet]
    assert.deepEqual(new Set(await stored(phone.user.id)), new Set(all.map(({ session }) => session.id)))
    await world.ask('DELETE', `/v1/sessions/${laptop.session.id}`, phone.access_token)
    await orders.refuses(laptop.access_token)
    for (const { access_token } of [phone, tablet]) await orders.accepts(access_token)
    await world.ask('DELETE', '/v1/sessions', tablet.access_token)
    assert.deepEqual(await stored(phone.user.id), [])
    for (const { access_token } of all) await orders.refuses(access_token)
  })

  test('[B21] every token that was issued has its row in the session table, and dies with it', async () => {
    const first = await world.server.person()
    const row = async () => (await world.operate('GET', `/v1/sessions?user=${first.user.id}`)).body.sessions[0]
    const tokens = [first.access_token]
    let { refresh_token, refreshed_at } = { ...first, ...(await row()) }
    for (let times = 0; times < 3; times++) {
      await world.advance(20)
      const next = await world.server.refresh(refresh_token)
      tokens.push(next.access_token)
      const now = await row()
      assert.ok(now.refreshed_at > refreshed_at)
      ;({ refresh_token, refreshed_at } = { ...next, ...now })
    }
    for (const token of tokens) {
      assert.equal(claimsOf(token)['sid'], (await row()).id)
      await orders.accepts(token)
    }
    await world.operate('DELETE', `/v1/sessions/${first.session.id}`)
    for (const token of tokens) await orders.refuses(token)
  })

  test('[B26] a role change drops the access tokens; the refresh id stays stored and brings the next one with the new role', async () => {
    const one = await world.server.person(['trainee'])
    await world.operate('PATCH', `/v1/users/${one.user.id}`, { roles: ['staff'] })
    await orders.refuses(one.access_token)
    assert.deepEqual(await stored(one.user.id), [one.session.id])
    const second = await world.server.refresh(one.refresh_token)
    assert.deepEqual(claimsOf(second.access_token)['roles'], ['staff'])
    await orders.accepts(second.access_token)
    await world.revoke('token', String(claimsOf(second.access_token)['jti']))
    await orders.refuses(second.access_token)
    await orders.accepts((await world.server.refresh(second.refresh_token)).access_token)
  })
})
