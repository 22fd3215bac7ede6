import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Clock, systemPlatform } from 'countersign/core'
import * as client from 'openid-client'
import { freePort } from '../../tool/free-port.ts'
import { PageBrowser } from '../http/page-browser.ts'
import { until } from '../http/patience.ts'
import { PASSWORD, ServerWorld } from '../http/server-world.ts'
import { LogoutReceiver, verifiedLogout } from './logout-receiver.ts'
import { claimsOf, follow, OAuthWorld, onEachDatabase, type Person, postgresDatabase, type RegisteredClient } from './oauth-world.ts'

const LOCAL = { deliveryNetworks: ['127.0.0.0/8'] }
/** Longer than the first pause, and no longer than what goes on without a heartbeat. */
const SKIPPED_MS = 30_000
const AFTER = 'https://orders.example/bye'

/** The system's clock, some way on. */
function movable(): Clock & { skip(ms: number): void } {
  const { clock } = systemPlatform
  let skippedMs = 0
  return {
    now: () => clock.now() + skippedMs,
    monotonicMs: () => clock.monotonicMs(),
    after: (delayMs, task) => clock.after(delayMs, task),
    skip: (ms) => void (skippedMs += ms),
  }
}

onEachDatabase('back-channel logout', (open) => {
  const clock = movable()
  let world: OAuthWorld
  let receiver: LogoutReceiver
  let names = 0
  before(async () => {
    receiver = await LogoutReceiver.open()
    world = await open(LOCAL, { ...systemPlatform, clock })
  })
  after(async () => {
    await world[Symbol.asyncDispose]()
    await receiver.close()
  })

  interface Told extends RegisteredClient {
    readonly name: string
  }

  /** A client that wants to be told. */
  async function told(change: Readonly<Record<string, unknown>> = {}): Promise<Told> {
    const name = `app-${++names}`
    return { name, ...(await world.client({ backchannel_logout_uri: receiver.uri(name), ...change })) }
  }

  /** One more client, in the browser of somebody who is signed in. */
  async function alsoSignedIn(browser: PageBrowser, registered: RegisteredClient, change: Readonly<Record<string, string>> = {}) {
    const config = await world.configured(registered)
    const { to, checks } = await world.begin(config, change)
    const asked = await follow(browser, world.url, to)
    const { url } = asked.url === undefined ? await follow(browser, world.url, await browser.send(asked.page, 'allow')) : asked
    assert.ok(url !== undefined)
    return { config, ...(await client.authorizationCodeGrant(config, url, checks)) }
  }

  const signOut = async (browser: PageBrowser): Promise<void> => void (await browser.submit(await browser.open('/sign-out'), 'sign_out'))

  test('[D08] [B41] sign-out tells each client that the session was used with, by its name in their tokens, and nobody else', async () => {
    const person = await world.server.person()
    const [orders, offline, stranger] = [await told(), await told(), await told()]
    const given = await world.tokens(person, orders)
    const lasting = await alsoSignedIn(given.browser, offline, { scope: 'openid orders:read offline_access', prompt: 'consent' })
    await alsoSignedIn(given.browser, await world.client())
    const { sid } = claimsOf(given.access_token)
    assert.deepEqual([sidOf(given), sidOf(lasting), claimsOf(lasting.access_token).sid], [sid, sid, undefined])
    await signOut(given.browser)
    for (const { name, id } of [orders, offline]) {
      const [arrived] = await receiver.arrivedOf(name)
      assert.equal(arrived?.contentType, 'application/x-www-form-urlencoded')
      const { sub, sid: ended } = await verifiedLogout(arrived?.token ?? '', world.url, id)
      assert.deepEqual([sub, ended], [person.user.id, sid])
    }
    // What lasts longer than the session goes on (section 2.7).
    const again = await client.refreshTokenGrant(lasting.config, lasting.refresh_token ?? '')
    assert.equal(sidOf(again), sid)
    const [delivered] = await deliveriesOf(world, orders.id, ([first]) => first?.['state'] === 'delivered')
    assert.deepEqual([delivered.session, delivered.user, delivered.outcome], [sid, person.user.id, 'HTTP 200'])
    assert.deepEqual([receiver.of(orders.name).length, receiver.of(offline.name).length, receiver.of(stranger.name)], [1, 1, []])
  })

  test('[D08] [B41] sign-out that an application begins tells it, and the others', async () => {
    const [orders, other] = [await told({ post_logout_redirect_uris: [AFTER] }), await told()]
    const { config, browser, id_token: hint = '' } = await world.tokens(await world.server.person(), orders)
    await alsoSignedIn(browser, other)
    const url = client.buildEndSessionUrl(config, { id_token_hint: hint, post_logout_redirect_uri: AFTER })
    const left = await follow(browser, world.url, await browser.send(await browser.open(url.pathname + url.search), 'sign_out'))
    assert.equal(left.url?.href, AFTER)
    for (const { name, id } of [orders, other]) {
      const [arrived] = await receiver.arrivedOf(name)
      await verifiedLogout(arrived?.token ?? '', world.url, id)
    }
    const again = await world.begin(config, { prompt: 'none' })
    assert.equal((await follow(browser, world.url, again.to)).url?.searchParams.get('error'), 'login_required')
  })

  const endings: readonly (readonly [string, (person: Person, sid: string) => Promise<{ readonly status: number }>])[] = [
    ['an operator who ends the session', (_, sid) => world.server.local('DELETE', `/v1/sessions/${sid}`)],
    ['suspension', ({ user }) => world.server.local('PATCH', `/v1/users/${user.id}`, { status: 'suspended' })],
    ['a revocation of the person', ({ user }) => world.server.local('POST', '/v1/revocations', { target: { kind: 'user', id: user.id } })],
    [
      'a new password',
      ({ access_token: token }) => {
        const body = { current_password: PASSWORD, new_password: 'another horse, another battery' }
        return world.server.ask('PUT', '/v1/me/password', { token, body })
      },
    ],
    ['the end of all sessions', () => world.server.local('POST', '/v1/revocations', { target: { kind: 'everyone' } })],
  ]
  for (const [ending, end] of endings) {
    test(`[D08] [B41] ${ending} tells the client as well`, async () => {
      const person = await world.server.person()
      const orders = await told()
      const { sid } = claimsOf((await world.tokens(person, orders)).access_token)
      const { status, ...reply } = await end(person, sid)
      assert.ok(status < 300, JSON.stringify(reply))
      const [arrived] = await receiver.arrivedOf(orders.name)
      assert.equal((await verifiedLogout(arrived?.token ?? '', world.url, orders.id))['sid'], sid)
    })
  }

  test('[D08] consent that is taken back and a client that is disabled end no session: nobody is told', async () => {
    const person = await world.server.person()
    const [orders, off] = [await told(), await told()]
    const { browser } = await world.tokens(person, orders)
    await alsoSignedIn(browser, off)
    const { grants } = (await world.server.ask('GET', '/v1/me/grants', { token: person.access_token })).body
    for (const { id } of grants) await world.server.ask('DELETE', `/v1/me/grants/${id}`, { token: person.access_token })
    await world.server.local('PATCH', `/v1/clients/${off.id}`, { disabled: true })
    // What ends the session afterwards tells who may still be told, and that once.
    await signOut(browser)
    await receiver.arrivedOf(orders.name)
    assert.deepEqual([receiver.of(orders.name).length, receiver.of(off.name).length], [1, 0])
  })

  test('[D08] [F03] who cannot be reached is told later, by a token that is signed then; redirects are not followed', async () => {
    const [orders, elsewhere] = [await told(), await told()]
    const { browser } = await world.tokens(await world.server.person(), orders)
    receiver.answering = (response) => void response.writeHead(302, { location: receiver.uri(elsewhere.name) }).end()
    await signOut(browser)
    const [first] = await receiver.arrivedOf(orders.name)
    const [waiting] = await deliveriesOf(world, orders.id, ([found]) => found?.['outcome'] === 'HTTP 302')
    assert.equal(waiting.state, 'waiting')
    assert.equal((await world.server.local('POST', '/v1/signing-keys/rotate', {})).status, 200)
    clock.skip(SKIPPED_MS)
    receiver.answering = undefined
    const token = first?.token ?? ''
    const before = claimsOf(token)
    // On a busy machine it was told once more before the clock was moved.
    const isNew = (later: string): boolean => kidOf(later) !== kidOf(token) && claimsOf(later).iat >= before.iat + SKIPPED_MS / 1000
    const second = () => receiver.of(orders.name).find((each) => isNew(each.token))
    await until('a token that is signed then', () => second() !== undefined)
    const { sub, sid, jti } = claimsOf(second()?.token ?? '')
    assert.deepEqual([sub, sid, jti === before.jti], [before.sub, before.sid, false])
    assert.deepEqual(receiver.of(elsewhere.name), [])
  })

  test('[D08] a client that refuses has the last word; one that is removed is told nothing more', async () => {
    const [orders, gone] = [await told(), await told()]
    const { browser } = await world.tokens(await world.server.person(), orders)
    await alsoSignedIn(browser, gone)
    receiver.answering = (response, name) => void response.writeHead(name === orders.name ? 400 : 503).end()
    await signOut(browser)
    const [refused] = await deliveriesOf(world, orders.id, ([found]) => found?.['state'] === 'dead')
    assert.deepEqual([refused.outcome, refused.attempts], ['HTTP 400', 1])
    await receiver.arrivedOf(gone.name)
    assert.equal((await world.server.local('DELETE', `/v1/clients/${gone.id}`)).status, 204)
    // Once, or on a busy machine once more before it was removed.
    const told503 = receiver.of(gone.name).length
    receiver.answering = undefined
    const other = await told()
    const next = await world.tokens(await world.server.person(), other)
    clock.skip(SKIPPED_MS)
    assert.equal((await world.server.local('DELETE', `/v1/sessions/${claimsOf(next.access_token).sid}`)).status, 204)
    await receiver.arrivedOf(other.name)
    assert.deepEqual([receiver.of(orders.name).length, receiver.of(gone.name).length], [1, told503])
    assert.equal((await world.server.local('GET', `/v1/clients/${gone.id}/deliveries`)).status, 404)
  })
})

suite('where clients are told of logout', () => {
  let world: OAuthWorld
  before(async () => {
    world = await OAuthWorld.open()
  })
  after(() => world[Symbol.asyncDispose]())

  test('[D08] it is promised in the metadata, and shown as it was registered', async () => {
    const metadata = await (await fetch(`${world.url}/.well-known/openid-configuration`)).json()
    assert.deepEqual([metadata.backchannel_logout_supported, metadata.backchannel_logout_session_supported], [true, true])
    const uri = 'https://orders.example/logout?from=us'
    const { id } = await world.client({ backchannel_logout_uri: uri, backchannel_logout_session_required: true })
    const { clients } = (await world.server.local('GET', '/v1/clients')).body
    const shown = clients.find((each: { readonly id: string }) => each.id === id)
    assert.deepEqual([shown.backchannel_logout_uri, shown.backchannel_logout_session_required], [uri, true])
    const changed = await world.server.local('PATCH', `/v1/clients/${id}`, { backchannel_logout_uri: null })
    assert.deepEqual([changed.status, changed.body.backchannel_logout_uri], [200, null])
    assert.equal(sidOf(await world.tokens(await world.server.person(), await world.client())), undefined)
  })

  test('[D08] what a name stands for is judged when it is called: where only we can call, nobody is', async () => {
    await using receiver = await LogoutReceiver.open()
    const inside = await world.client({ backchannel_logout_uri: receiver.uri('inside').replace('127.0.0.1', 'localhost') })
    const { access_token: token } = await world.tokens(await world.server.person(), inside)
    assert.equal((await world.server.local('DELETE', `/v1/sessions/${claimsOf(token).sid}`)).status, 204)
    const [waiting] = await deliveriesOf(world, inside.id, ([found]) => found?.['attempts'] === 1 && found['outcome'] !== null)
    assert.deepEqual([waiting.state, waiting.outcome, receiver.arrived], ['waiting', 'address_not_allowed', []])
    assert.doesNotMatch(JSON.stringify(waiting) + world.server.lines.join(''), /logout_token|eyJ[\w-]+\.eyJ/)
  })

  test('[D08] what would be called from where only we can call is refused, and what nobody signs in to', async () => {
    const machine = { redirect_uris: [], grant_types: ['client_credentials'] }
    const refused: readonly (readonly [string, object])[] = [
      ['http://orders.example/logout', {}],
      ['https://orders.example/logout#fragment', {}],
      ['https://name:secret@orders.example/logout', {}],
      ['https://10.0.0.1/logout', {}],
      ['https://[::1]/logout', {}],
      ['https://169.254.169.254/latest', {}],
      // Loopback, where nobody has allowed that it be called.
      ['http://127.0.0.1:9/logout', {}],
      ['ftp://orders.example/logout', {}],
      ['/logout', {}],
      ['https://orders.example/logout', machine],
    ]
    for (const [uri, change] of refused) {
      const body = {
        name: 'Orders',
        kind: 'confidential',
        redirect_uris: ['https://orders.example/cb'],
        backchannel_logout_uri: uri,
        ...change,
      }
      const { status, body: said } = await world.server.local('POST', '/v1/clients', body)
      assert.deepEqual([status, said.errors?.[0]?.pointer], [400, '/backchannel_logout_uri'], uri)
    }
  })
})

async function deliveriesOf({ server }: OAuthWorld, id: string, isThere: (found: readonly Readonly<Record<string, unknown>>[]) => boolean) {
  const look = async () => (await server.local('GET', `/v1/clients/${id}/deliveries`)).body.deliveries
  await until('the deliveries as they should be', async () => isThere(await look()))
  return look()
}

const sidOf = ({ id_token: token = '' }: { readonly id_token?: string | undefined }): unknown => claimsOf(token).sid
const kidOf = (token: string): string => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid

test('[D05] [D08] [B41] signed in here with a server of ours as the other provider: sign-out there ends the session here', async () => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  await using provider = await OAuthWorld.open(LOCAL)
  const { id, secret } = await provider.client({
    redirect_uris: [`${url}/federation/other/callback`],
    backchannel_logout_uri: `${url}/federation/other/logout`,
  })
  const other = { id: 'other', name: 'Other', issuer: provider.url, client_id: id, client_secret: secret ?? '' }
  await using here = await ServerWorld.open({ port, identityProviders: [other] })
  const email = 'ann@other.example'
  const made = await provider.server.local('POST', '/v1/users', { email, password: PASSWORD, email_verified: true })
  assert.equal(made.status, 201)
  const there = await provider.browser(email)
  const browser = new PageBrowser(here.url)
  const begun = new URL((await browser.open('/federation/other')).headers.get('location') ?? '')
  const asked = await follow(there, provider.url, begun.pathname + begun.search)
  const { url: back } = await follow(there, provider.url, await there.send(asked.page, 'allow'))
  const page = await browser.open((back?.pathname ?? '') + (back?.search ?? ''))
  assert.equal(page.url.pathname, '/account', page.text)
  await there.submit(await there.open('/sign-out'), 'sign_out')
  await until('the end of the session here', async () => (await browser.open('/account')).url.pathname !== '/account')
})

test('[D08] [F03] of two servers on one database one tells each client, once', async () => {
  const common = { ...LOCAL, database: await postgresDatabase(), secret: 'kP3mQ8vXz1Lr6TnB4wYc9HsD2fJgUa7Ee5RoNtVb0iMqZx' }
  await using receiver = await LogoutReceiver.open()
  await using first = await OAuthWorld.open(common)
  await using second = await OAuthWorld.open({ ...common, issuer: first.url })
  const names = Array.from({ length: 4 }, (_, n) => `app-${n}`)
  const sessions: string[] = []
  for (const name of names) {
    const registered = await first.client({ backchannel_logout_uri: receiver.uri(name) })
    sessions.push(claimsOf((await first.tokens(await first.server.person(), registered)).access_token).sid)
  }
  const ends = sessions.map((sid, n) => (n % 2 === 0 ? first : second).server.local('DELETE', `/v1/sessions/${sid}`))
  for (const { status } of await Promise.all(ends)) assert.equal(status, 204)
  for (const name of names) await receiver.arrivedOf(name)
  const { clients } = (await second.server.local('GET', '/v1/clients')).body
  for (const { id } of clients) {
    const { deliveries } = (await second.server.local('GET', `/v1/clients/${id}/deliveries`)).body
    assert.deepEqual([deliveries.length, deliveries[0].attempts], [1, 1])
  }
  assert.equal(receiver.arrived.length, names.length)
})
