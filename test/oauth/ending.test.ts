import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import * as client from 'openid-client'
import { start } from '../../tool/child.ts'
import { untilSaid } from '../http/patience.ts'
import { FollowingService } from './following-service.ts'
import { follow, onEachDatabase, type OAuthWorld, type Person, refusedWith, type RegisteredClient } from './oauth-world.ts'

type Given = Awaited<ReturnType<OAuthWorld['tokens']>>

onEachDatabase('what ends access of an application', (open) => {
  let world: OAuthWorld
  let service: FollowingService
  before(async () => {
    world = await open()
    service = await FollowingService.open(world)
  })
  after(async () => {
    service[Symbol.dispose]()
    await world[Symbol.asyncDispose]()
  })

  const verdictOn = (token: string): Promise<string> => service.verdictOn(token, 'orders:read')
  const dies = (token: string): Promise<number> => service.until('token_revoked', token, 'orders:read')

  const endings: readonly (readonly [string, (given: Given, person: Person, registered: RegisteredClient) => Promise<unknown>, boolean])[] =
    [
      ['its revocation by the client (RFC 7009)', ({ config, access_token: token }) => client.tokenRevocation(config, token), true],
      [
        'revocation of its refresh token (RFC 7009)',
        ({ config, refresh_token: token = '' }) => client.tokenRevocation(config, token),
        false,
      ],
      [
        'the end of the session',
        async ({ browser, access_token: token }) => {
          const { sid } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
          assert.ok(browser.cookies.size > 0)
          return world.server.local('DELETE', `/v1/sessions/${sid}`)
        },
        false,
      ],
      ['sign-out in the browser', async ({ browser }) => browser.submit(await browser.open('/sign-out'), 'sign_out'), false],
      [
        'the person taking it back',
        async (_given, person) => {
          const { grants } = (await world.server.ask('GET', '/v1/me/grants', { token: person.access_token })).body
          assert.equal(grants.length, 1)
          assert.deepEqual(grants[0].scopes.toSorted(), ['email', 'openid', 'orders:read'])
          const reply = await world.server.ask('DELETE', `/v1/me/grants/${grants[0].id}`, { token: person.access_token })
          assert.equal(reply.status, 204)
        },
        false,
      ],
      [
        'the person taking it back on the page',
        async ({ browser }) => {
          const page = await browser.open('/account/apps')
          assert.match(page.text, /Harbour Orders/)
          assert.match((await browser.submit(page, 'disconnect')).text, /no access any more/)
        },
        false,
      ],
      [
        'suspension of the person',
        (_given, { user }) => world.server.local('PATCH', `/v1/users/${user.id}`, { status: 'suspended' }),
        false,
      ],
      [
        'the client being disabled',
        (_given, _person, { id }) => world.server.local('PATCH', `/v1/clients/${id}`, { disabled: true }),
        false,
      ],
      ['the client being removed', (_given, _person, { id }) => world.server.local('DELETE', `/v1/clients/${id}`), false],
      [
        'a revocation of the client by its id',
        (_given, _person, { id }) => world.server.local('POST', '/v1/revocations', { target: { kind: 'client', id } }),
        false,
      ],
    ]
  for (const [ending, end, refreshesStill] of endings) {
    test(`[D01] [B13] ${ending}: a service in another place refuses the token, and it is not refreshed`, async (t) => {
      const person = await world.server.person()
      const registered = await world.client()
      const given = await world.tokens(person, registered)
      assert.equal(await verdictOn(given.access_token), 'accepted')
      await end(given, person, registered)
      t.diagnostic(`refused after ${(await dies(given.access_token)).toFixed(1)} ms`)
      const refreshed = await refusedWith(client.refreshTokenGrant(given.config, given.refresh_token ?? ''))
      assert.match(refreshed, refreshesStill ? /^nothing$/ : /^invalid_(?:grant|client)$/)
    })
  }

  test('[D01] [B13] a service in another process refuses it as soon', async (t) => {
    const { credential } = await world.server.service('elsewhere')
    const file = fileURLToPath(new URL('../http/api-key-process.ts', import.meta.url))
    const child = await start(file, [], { ISSUER: world.url, CREDENTIAL: credential })
    try {
      const given = await world.tokens(await world.server.person(), await world.client())
      const ask = async (): Promise<number> =>
        (await fetch(`${child.url}/orders`, { headers: { authorization: `Bearer ${given.access_token}` } })).status
      assert.equal(await ask(), 200)
      await client.tokenRevocation(given.config, given.access_token)
      const tookMs = await untilSaid('401', async () => String(await ask()))
      t.diagnostic(`refused after ${tookMs.toFixed(1)} ms`)
    } finally {
      await child.kill('SIGKILL')
    }
  })

  test('[D01] a client that is enabled again begins anew: nothing of before comes back', async () => {
    const person = await world.server.person()
    const registered = await world.client()
    const given = await world.tokens(person, registered)
    for (const disabled of [true, false]) await world.server.local('PATCH', `/v1/clients/${registered.id}`, { disabled })
    await dies(given.access_token)
    assert.equal(await refusedWith(client.refreshTokenGrant(given.config, given.refresh_token ?? '')), 'invalid_grant')
    assert.equal(await verdictOn((await world.tokens(person, registered)).access_token), 'accepted')
  })

  test('[D01] one client neither revokes nor examines what another was given', async () => {
    const given = await world.tokens(await world.server.person(), await world.client())
    const other = await world.configured(await world.client())
    await client.tokenRevocation(other, given.access_token)
    await client.tokenRevocation(other, given.refresh_token ?? '')
    assert.equal((await client.tokenIntrospection(other, given.access_token)).active, false)
    assert.equal((await client.tokenIntrospection(given.config, given.access_token)).active, true)
    assert.equal(await refusedWith(client.refreshTokenGrant(given.config, given.refresh_token ?? '')), 'nothing')
  })

  test('[D08] offline access outlasts the session, and ends with the consent', async () => {
    const person = await world.server.person()
    const given = await world.tokens(person, await world.client(), { scope: 'openid orders:read offline_access', prompt: 'consent' })
    await given.browser.submit(await given.browser.open('/sign-out'), 'sign_out')
    const again = await client.refreshTokenGrant(given.config, given.refresh_token ?? '')
    assert.equal(await verdictOn(again.access_token), 'accepted')
    const { grants } = (await world.server.ask('GET', '/v1/me/grants', { token: person.access_token })).body
    await world.server.ask('DELETE', `/v1/me/grants/${grants[0].id}`, { token: person.access_token })
    await dies(again.access_token)
    assert.equal(await refusedWith(client.refreshTokenGrant(given.config, again.refresh_token ?? '')), 'invalid_grant')
  })

  test('[D08] a new password ends offline access as well', async () => {
    const person = await world.server.person()
    const given = await world.tokens(person, await world.client(), { scope: 'openid orders:read offline_access', prompt: 'consent' })
    const body = { current_password: 'correct horse battery', new_password: 'another horse, another battery' }
    const reply = await world.server.ask('PUT', '/v1/me/password', { token: person.access_token, body })
    assert.ok(reply.status < 300, reply.text)
    await dies(given.access_token)
    assert.equal(await refusedWith(client.refreshTokenGrant(given.config, given.refresh_token ?? '')), 'invalid_grant')
  })

  test('[D08] sign-out that an application begins asks the person, ends the session, and leads to a registered address alone', async () => {
    const after = 'https://orders.example/bye'
    const registered = await world.client({ post_logout_redirect_uris: [after] })
    const { config, browser, id_token: hint = '', access_token: token } = await world.tokens(await world.server.person(), registered)
    const url = client.buildEndSessionUrl(config, { id_token_hint: hint, post_logout_redirect_uri: after, state: 's-1' })
    const evil = client.buildEndSessionUrl(config, { id_token_hint: hint, post_logout_redirect_uri: 'https://evil.example/bye' })
    const asked = await browser.open(url.pathname + url.search)
    assert.equal(await verdictOn(token), 'accepted')
    const left = await follow(browser, world.url, await browser.send(asked, 'sign_out'))
    assert.equal(left.url?.href, `${after}?state=s-1`)
    await dies(token)
    const { to, checks } = await world.begin(config, { prompt: 'none' })
    const { url: back } = await follow(browser, world.url, to)
    assert.ok(back !== undefined)
    assert.equal(await refusedWith(client.authorizationCodeGrant(config, back, checks)), 'login_required')
    assert.equal((await follow(browser, world.url, evil.pathname + evil.search)).url, undefined)
  })
})
