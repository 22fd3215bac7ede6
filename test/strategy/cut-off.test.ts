import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { runHere } from '../cli/cli-process.ts'
import { PASSWORD } from '../http/server-world.ts'
import type { GuardedRoutes } from './guarded-routes.ts'
import { claimsOf, StrategyWorld } from './world.ts'

const NEW_PASSWORD = 'another long password'

suite('strategies that cut off what a user was given before a moment', () => {
  let world: StrategyWorld
  let orders: GuardedRoutes
  let billing: GuardedRoutes
  before(async () => {
    world = await StrategyWorld.openInOwnTime()
    orders = await world.service()
    billing = await world.service()
  })
  after(() => world[Symbol.asyncDispose]())

  const changePassword = (token: string) =>
    world.ask('PUT', '/v1/me/password', token, { current_password: PASSWORD, new_password: NEW_PASSWORD })

  test('[B04] one command kills every token of a compromised account, on every device, and the account keeps its id', async () => {
    const [stolen, bystander, operator] = [await world.server.person(), await world.server.person(), await world.server.person(['admin'])]
    const elsewhere = await world.server.signIn(stolen.email)
    const door = ['--url', world.server.url, '--token', operator.access_token]
    const { code, err } = await runHere(['revoke', 'user', stolen.user.id, '--reason', 'account taken over', ...door])
    assert.equal(code, 0, err)
    await world.heard()
    for (const service of [orders, billing]) {
      await service.refuses(stolen.access_token)
      await service.refuses(elsewhere.access_token)
      await service.accepts(bystander.access_token)
    }
    for (const { refresh_token } of [stolen, elsewhere]) assert.equal(await world.server.refreshVerdictOn(refresh_token), 'refresh_invalid')
    const again = await world.server.signIn(stolen.email)
    assert.equal(again.user.id, stolen.user.id)
    await orders.accepts(again.access_token)
  })

  test('[B06] each bump of a user’s version kills every older token and no younger one', async () => {
    let person = await world.server.person()
    for (let bump = 0; bump < 3; bump++) {
      await orders.accepts(person.access_token)
      await world.revoke('user', person.user.id, 'soft')
      await orders.refuses(person.access_token)
      person = { ...person, ...(await world.server.refresh(person.refresh_token)) }
    }
    await orders.accepts(person.access_token)
  })

  test('[B09] what was issued before the last logout, of the user or of everyone, is dead; what comes after lives', async () => {
    const [one, two] = [await world.server.person(), await world.server.person()]
    await world.ask('DELETE', '/v1/sessions', one.access_token)
    await orders.refuses(one.access_token)
    await orders.accepts(two.access_token)
    const back = await world.server.signIn(one.email)
    await orders.accepts(back.access_token)
    await world.revoke('everyone')
    for (const { access_token, refresh_token } of [back, two]) {
      await orders.refuses(access_token)
      assert.equal(await world.server.refreshVerdictOn(refresh_token), 'refresh_invalid')
    }
    await orders.accepts((await world.server.signIn(two.email)).access_token)
  })

  test('[B11] what was issued before the last change of the password is dead at every service', async () => {
    const here = await world.server.person()
    const there = await world.server.signIn(here.email)
    const { body: kept } = await changePassword(here.access_token)
    for (const service of [orders, billing]) {
      await service.refuses(here.access_token)
      await service.refuses(there.access_token)
      await service.accepts(kept.access_token)
    }
    assert.equal(await world.server.refreshVerdictOn(there.refresh_token), 'refresh_invalid')
  })

  test('[B16] the last login and logout of each device decide about its tokens alone', async () => {
    const phone = await world.server.person()
    const laptop = await world.server.signIn(phone.email)
    await world.advance(10)
    await world.ask('DELETE', '/v1/sessions/current', phone.access_token)
    await orders.refuses(phone.access_token)
    await orders.accepts(laptop.access_token)
    const phoneAgain = await world.server.signIn(phone.email)
    await orders.accepts(phoneAgain.access_token)
    await orders.refuses(phone.access_token)
    const { body } = await world.ask('GET', '/v1/sessions', laptop.access_token)
    const logins = body.sessions.map(({ id, created_at }: { id: string; created_at: string }) => [id, Date.parse(created_at)])
    assert.deepEqual(
      logins.map(([id]: [string]) => id),
      [phoneAgain.session.id, laptop.session.id],
    )
    assert.ok(logins[0][1] >= logins[1][1] + 10_000)
  })

  test('[B20] whatever moves `updated_at` of the user kills the tokens from before', async () => {
    const changes: ReadonlyArray<readonly [change: string, (user: string, token: string) => Promise<unknown>]> = [
      ['roles', (user) => world.operate('PATCH', `/v1/users/${user}`, { roles: ['staff'] })],
      ['groups', (user) => world.operate('PATCH', `/v1/users/${user}`, { groups: ['north'] })],
      ['status', (user) => world.operate('PATCH', `/v1/users/${user}`, { status: 'suspended' })],
      ['password', (_, token) => changePassword(token)],
    ]
    for (const [name, change] of changes) {
      const { user, access_token } = await world.server.person()
      const updatedAt = async () => (await world.server.local('GET', `/v1/users/${user.id}`)).body.user.updated_at
      const before = await updatedAt()
      await orders.accepts(access_token)
      await world.advance(1)
      await change(user.id, access_token)
      assert.ok((await updatedAt()) > before, name)
      await orders.refuses(access_token)
    }
  })

  test('[B25] of the global logout and the user’s own last change of credentials the later one decides', async () => {
    const one = await world.server.person()
    await world.revoke('everyone')
    const between = await world.server.signIn(one.email)
    await orders.accepts(between.access_token)
    const { body: newest } = await changePassword(between.access_token)
    for (const { access_token } of [one, between]) await orders.refuses(access_token)
    await orders.accepts(newest.access_token)
    await world.revoke('everyone')
    await orders.refuses(newest.access_token)
    await orders.accepts((await world.server.signIn(one.email, NEW_PASSWORD)).access_token)
  })

  test('[B31] a new password kills all tokens of the user by one entry of the log, however many there are', async () => {
    const first = await world.server.person()
    const tokens = [first.access_token]
    for (let sessions = 0; sessions < 8; sessions++) tokens.push((await world.server.signIn(first.email)).access_token)
    for (const token of tokens) await orders.accepts(token)
    const { head } = await world.snapshot()
    await changePassword(first.access_token)
    for (const token of tokens) await orders.refuses(token)
    const now = await world.snapshot()
    assert.equal(now.head, head + 1)
    assert.ok(now.denied.includes(`user ${first.user.id}`))
  })

  test('[B32] a new password and an operator’s decision each make all older tokens of one user worthless, and of nobody else', async () => {
    const [one, other] = [await world.server.person(), await world.server.person()]
    const { body: second } = await changePassword(one.access_token)
    await orders.refuses(one.access_token)
    await world.revoke('user', one.user.id)
    await orders.refuses(second.access_token)
    assert.equal(await world.server.refreshVerdictOn(second.refresh_token), 'refresh_invalid')
    await orders.accepts(other.access_token)
    await orders.accepts((await world.server.signIn(one.email, NEW_PASSWORD)).access_token)
  })

  test('[B37] a user whom an administrator blocks is out at the next request, everywhere, until restored and signed in anew', async () => {
    const { user, email, access_token, refresh_token } = await world.server.person()
    await orders.accepts(access_token)
    await world.operate('PATCH', `/v1/users/${user.id}`, { status: 'suspended' })
    for (const service of [orders, billing]) await service.refuses(access_token)
    assert.equal(await world.server.refreshVerdictOn(refresh_token), 'refresh_invalid')
    const refused = await world.server.ask('POST', '/v1/sessions', { body: { email, password: PASSWORD } })
    assert.equal(refused.body.code, 'credentials_invalid')
    await world.operate('PATCH', `/v1/users/${user.id}`, { status: 'active' })
    await orders.refuses(access_token)
    await orders.accepts((await world.server.signIn(email)).access_token)
  })

  test('[B39] of two tokens from the same millisecond the one before the cut-off dies and the one after it lives', async () => {
    const before = await world.server.person()
    await world.server.local('POST', '/v1/revocations', { target: { kind: 'user', id: before.user.id }, mode: 'soft' })
    const after = await world.server.refresh(before.refresh_token)
    assert.equal(claimsOf(after.access_token)['iat'], claimsOf(before.access_token)['iat'])
    await world.heard()
    await orders.refuses(before.access_token)
    await orders.accepts(after.access_token)
  })
})
