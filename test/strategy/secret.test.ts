import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { GuardedRoutes } from './guarded-routes.ts'
import { StrategyWorld } from './world.ts'

interface Key {
  readonly kid: string
  readonly purpose: string
  readonly state: string
}

suite('strategies that change a secret', () => {
  let world: StrategyWorld
  let orders: GuardedRoutes
  before(async () => {
    world = await StrategyWorld.openInOwnTime()
    orders = await world.service()
  })
  after(() => world[Symbol.asyncDispose]())

  const kidOf = (token: string): string => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid

  test('[B05] one revoked key is dead where it is still cached, and what the next key signs lives', async () => {
    const [one, two] = [await world.server.person(), await world.server.person()]
    for (const { access_token } of [one, two]) await orders.accepts(access_token)
    await world.operate('POST', '/v1/signing-keys/rotate', {})
    const three = await world.server.refresh(one.refresh_token)
    assert.notEqual(kidOf(three.access_token), kidOf(one.access_token))
    await orders.accepts(one.access_token)
    await world.operate('DELETE', `/v1/signing-keys/${kidOf(one.access_token)}`)
    // No time has passed: no cache of keys has expired.
    for (const { access_token } of [one, two]) await orders.refuses(access_token)
    await orders.accepts(three.access_token)
    await orders.accepts((await world.server.refresh(two.refresh_token)).access_token)
  })

  test('[B05] a change of the signing secret kills every token of everyone, and sessions go on with the new one', async () => {
    const people = [await world.server.person(), await world.server.person(), await world.server.person()]
    const { body } = await world.operate('GET', '/v1/signing-keys')
    const inUse = (body.keys as readonly Key[]).filter(({ purpose, state }) => purpose === 'access-token' && state !== 'next')
    for (const { kid } of inUse.filter(({ state }) => state !== 'revoked')) await world.operate('DELETE', `/v1/signing-keys/${kid}`)
    for (const { access_token, refresh_token } of people) {
      await orders.refuses(access_token)
      await orders.accepts((await world.server.refresh(refresh_token)).access_token)
    }
  })

  test('[B15] one part of the secret is the user’s and one is everybody’s: changing the first kills one user’s tokens, the second all', async () => {
    const [one, other] = [await world.server.person(), await world.server.person()]
    await world.revoke('user', one.user.id)
    await orders.refuses(one.access_token)
    await orders.accepts(other.access_token)
    const back = await world.server.signIn(one.email)
    await orders.accepts(back.access_token)
    await world.operate('DELETE', `/v1/signing-keys/${kidOf(back.access_token)}`)
    for (const { access_token } of [back, other]) await orders.refuses(access_token)
  })

  test('[B15] a refresh token fits the secret part of its own session only, and trying it elsewhere ends nothing', async () => {
    const [one, other] = [await world.server.person(), await world.server.person()]
    const [, generation, mac] = one.refresh_token.split('.')
    const moved = [other.refresh_token.split('.')[0], generation, mac].join('.')
    assert.equal(await world.server.refreshVerdictOn(moved), 'refresh_invalid')
    for (const { refresh_token } of [one, other]) assert.equal(await world.server.refreshVerdictOn(refresh_token), '200')
  })
})
