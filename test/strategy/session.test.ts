import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { runHere } from '../cli/cli-process.ts'
import type { GuardedRoutes } from './guarded-routes.ts'
import { StrategyWorld } from './world.ts'

const HOUR = 3600

suite('strategies that let a session decide', () => {
  let world: StrategyWorld
  let orders: GuardedRoutes
  before(async () => {
    world = await StrategyWorld.openInOwnTime({ sessionSeconds: 8 * HOUR, accessTokenSeconds: 300 })
    orders = await world.service({ '/': {}, '/transfer': { maxAuthAgeSeconds: 600 } })
  })
  after(() => world[Symbol.asyncDispose]())

  test('[B03] a client that runs for an hour is served by short-lived tokens, and no request ever fails', async () => {
    const { email } = await world.server.person()
    const client = await world.client(email)
    const tokens = new Set<string>()
    for (let seconds = 0; seconds < HOUR; seconds += 90) {
      assert.equal((await client.fetch(`${orders.url}/`)).status, 200)
      tokens.add(await client.accessToken())
      await world.advance(90)
    }
    assert.ok(tokens.size >= 12)
    for (const token of [...tokens].slice(0, -2)) await orders.refuses(token, 'token_expired')
  })

  test('[B07] the short token and the long one: a denied user is found out at the refresh', async () => {
    const { email, user } = await world.server.person()
    const client = await world.client(email)
    const reasons: unknown[] = []
    client.onChange((change) => reasons.push(change.state === 'signed-out' ? change.reason : change.state))
    assert.equal((await client.fetch(`${orders.url}/`)).status, 200)
    await world.advance(400)
    assert.equal((await client.fetch(`${orders.url}/`)).status, 200)
    await world.revoke('user', user.id)
    await world.advance(400)
    await assert.rejects(client.accessToken(), { code: 'refresh_invalid' })
    assert.deepEqual(reasons, ['refreshed', 'refresh_invalid'])
  })

  test('[B08] one device is signed out over the command line, then all of them, and nobody else', async () => {
    const [phone, bystander, operator] = [await world.server.person(), await world.server.person(), await world.server.person(['admin'])]
    const [laptop, tablet] = [await world.server.signIn(phone.email), await world.server.signIn(phone.email)]
    const command = async (...words: readonly string[]) => {
      const { code, err } = await runHere([...words, '--url', world.server.url, '--token', operator.access_token])
      assert.equal(code, 0, err)
      await world.heard()
    }
    await command('sessions', 'end', phone.session.id)
    await orders.refuses(phone.access_token)
    await orders.accepts(laptop.access_token)
    await command('sessions', 'end', '--user', phone.email)
    for (const { access_token, refresh_token } of [laptop, tablet]) {
      await orders.refuses(access_token)
      assert.equal(await world.server.refreshVerdictOn(refresh_token), 'refresh_invalid')
    }
    await orders.accepts(bystander.access_token)
  })

  test('[B08] a fixed time after the sign-in a route asks for a new one, and later every route does, however busy the session is', async () => {
    const person = await world.server.person()
    await orders.accepts(person.access_token, '/transfer')
    await world.advance(601)
    const later = await world.server.refresh(person.refresh_token)
    await orders.accepts(later.access_token)
    await orders.refuses(later.access_token, 'step_up_required', '/transfer')
    const anew = await world.server.signIn(person.email)
    await orders.accepts(anew.access_token, '/transfer')
    let { refresh_token } = anew
    for (let hours = 0; hours < 7; hours++) {
      await world.advance(HOUR)
      refresh_token = (await world.server.refresh(refresh_token)).refresh_token
    }
    await world.advance(HOUR)
    assert.equal(await world.server.refreshVerdictOn(refresh_token), 'refresh_invalid')
  })

  test('[B14] after every N requests the session goes on under another token, and the one before is refused at every service', async () => {
    const { email } = await world.server.person()
    const client = await world.client(email)
    const billing = await world.service()
    const uses = new Map<string, number>()
    for (let request = 0; request < 15; request++) {
      const response = await client.fetch(`${orders.url}/`)
      assert.equal(response.status, 200)
      const { tokenId } = (await response.json()) as { readonly tokenId: string }
      uses.set(tokenId, (uses.get(tokenId) ?? 0) + 1)
      if (uses.get(tokenId) !== 5) continue
      const usedUp = await client.accessToken()
      await world.aboutToken('revoke', usedUp)
      for (const service of [orders, billing]) await service.refuses(usedUp)
    }
    assert.deepEqual([...uses.values()], [5, 5, 5])
  })

  test('[B23] a refresh token that comes back outside of the allowed window ends the family, and this is told', async () => {
    const first = await world.server.person()
    const second = await world.server.refresh(first.refresh_token)
    const retry = await world.server.refresh(first.refresh_token)
    assert.equal(retry.refresh_token, second.refresh_token)
    await world.advance(11)
    await orders.accepts(second.access_token)
    assert.equal(await world.server.refreshVerdictOn(first.refresh_token), 'refresh_reused')
    await world.heard()
    for (const { access_token } of [first, second, retry]) await orders.refuses(access_token)
    assert.equal(await world.server.refreshVerdictOn(second.refresh_token), 'refresh_invalid')
    const told = world.server.lines.filter((line) => line.includes('"refresh_reused"') && line.includes(first.session.id))
    assert.ok(told.length > 0)
  })

  test('[B36] after a soft revocation the client goes on unseen, after a hard one it is signed out', async () => {
    const { email, user } = await world.server.person()
    const client = await world.client(email)
    const states: string[] = []
    client.onChange(({ state }) => states.push(state))
    const outdated = await client.accessToken()
    await world.revoke('user', user.id, 'soft')
    await orders.refuses(outdated)
    assert.equal((await client.fetch(`${orders.url}/`)).status, 200)
    await world.revoke('user', user.id, 'hard')
    assert.equal((await client.fetch(`${orders.url}/`)).status, 401)
    assert.deepEqual(states, ['refreshed', 'signed-out'])
    assert.equal(await client.user(), undefined)
  })
})

test('[B13] [B34] with one session a user only the newest sign-in works, through all of its refreshes', async () => {
  await using world = await StrategyWorld.open({ singleSession: true })
  const orders = await world.service()
  const [first, other] = [await world.server.person(), await world.server.person()]
  await orders.accepts(first.access_token)
  let newest = await world.server.signIn(first.email)
  await world.heard()
  for (let times = 0; times < 2; times++) {
    await orders.refuses(first.access_token)
    assert.equal(await world.server.refreshVerdictOn(first.refresh_token), 'refresh_invalid')
    await orders.accepts(newest.access_token)
    newest = await world.server.refresh(newest.refresh_token)
  }
  await orders.accepts(other.access_token)
})
