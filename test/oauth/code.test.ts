import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import * as client from 'openid-client'
import { PASSWORD } from '../http/server-world.ts'
import { claimsOf, follow, OAuthWorld, onEachDatabase, REDIRECT, refusedWith } from './oauth-world.ts'

onEachDatabase('authorization code and PKCE', (open) => {
  let world: OAuthWorld
  before(async () => {
    world = await open()
  })
  after(() => world[Symbol.asyncDispose]())

  test('[D01] [D08] a person signs in, allows an application, and it gets a token of our own profile', async () => {
    const person = await world.server.person()
    const registered = await world.client()
    const config = await world.configured(registered)
    const { to, checks } = await world.begin(config, { nonce: 'n-1' })
    const browser = await world.browser()
    const asked = await follow(browser, world.url, to)
    assert.equal(asked.page.url.pathname, '/sign-in')
    const consent = await follow(browser, world.url, await browser.send(asked.page, 'sign_in', { email: person.email, password: PASSWORD }))
    assert.match(consent.page.text, /Allow Harbour Orders\?.*know that it is you.*see your e-mail address.*orders:read.*127\.0\.0\.1:9/)
    const { url } = await follow(browser, world.url, await browser.send(consent.page, 'allow'))
    assert.ok(url !== undefined)
    assert.equal(url.searchParams.get('iss'), world.url)
    const tokens = await client.authorizationCodeGrant(config, url, { ...checks, expectedNonce: 'n-1' })
    assert.equal(tokens.claims()?.sub, person.user.id)
    const { iss, sub, aud, client_id, jti, sid, rev, scope, auth_time, amr, roles } = claimsOf(tokens.access_token)
    assert.deepEqual([iss, sub, aud, client_id, scope], [world.url, person.user.id, world.url, registered.id, 'openid email orders:read'])
    assert.match(`${jti} ${sid}`, /^\S+ ses_\S+$/)
    assert.deepEqual([typeof rev, typeof auth_time, amr, roles], ['number', 'number', ['pwd'], undefined])
    assert.deepEqual(await client.fetchUserInfo(config, tokens.access_token, person.user.id), {
      sub: person.user.id,
      email: person.email,
      email_verified: false,
    })
  })

  test('[D08] what was allowed is not asked again: neither for the same, nor with prompt=none', async () => {
    const person = await world.server.person()
    const registered = await world.client()
    const { config, browser } = await world.tokens(person, registered)
    for (const change of [{}, { prompt: 'none' }]) {
      const { to, checks } = await world.begin(config, change)
      const { url } = await follow(browser, world.url, to)
      assert.ok(url !== undefined)
      assert.equal((await client.authorizationCodeGrant(config, url, checks)).claims()?.sub, person.user.id)
    }
    const more = await follow(browser, world.url, (await world.begin(config, { scope: 'openid orders:read orders:write' })).to)
    assert.match(more.page.text, /orders:write/)
  })

  test('[D01] prompt=none asks nobody: a stranger, and who has not allowed it, are told to the client', async () => {
    const registered = await world.client()
    const config = await world.configured(registered)
    const { email } = await world.server.person()
    for (const [browser, error] of [
      [await world.browser(), 'login_required'],
      [await world.browser(email), 'consent_required'],
    ] as const) {
      const { to, checks } = await world.begin(config, { prompt: 'none' })
      const { url } = await follow(browser, world.url, to)
      assert.ok(url !== undefined)
      assert.equal(await refusedWith(client.authorizationCodeGrant(config, url, checks)), error)
    }
  })

  test('[D01] who does not allow it sends the client back with access_denied', async () => {
    const person = await world.server.person()
    const config = await world.configured(await world.client())
    const browser = await world.browser(person.email)
    const { to, checks } = await world.begin(config)
    const asked = await follow(browser, world.url, to)
    const { url } = await follow(browser, world.url, await browser.send(asked.page, 'deny'))
    assert.ok(url !== undefined)
    assert.equal(await refusedWith(client.authorizationCodeGrant(config, url, checks)), 'access_denied')
  })

  test('[D01] a code is good once, for its client, its address and its verifier; used twice, what it gave dies', async () => {
    await using world = await open({ refreshOverlapSeconds: 0 })
    const person = await world.server.person()
    const registered = await world.client()
    const { config, back, checks } = await world.consented(person, registered)
    const other = await world.configured(await world.client())
    assert.equal(await refusedWith(client.authorizationCodeGrant(other, back, checks)), 'invalid_grant')
    const wrong = { ...checks, pkceCodeVerifier: client.randomPKCECodeVerifier() }
    assert.equal(await refusedWith(client.authorizationCodeGrant(config, back, wrong)), 'invalid_grant')
    const tokens = await client.authorizationCodeGrant(config, back, checks)
    assert.equal((await client.tokenIntrospection(config, tokens.access_token)).active, true)
    assert.equal(await refusedWith(client.authorizationCodeGrant(config, back, checks)), 'invalid_grant')
    assert.equal((await client.tokenIntrospection(config, tokens.access_token)).active, false)
    assert.equal(await refusedWith(client.refreshTokenGrant(config, tokens.refresh_token ?? '')), 'invalid_grant')
  })

  test('[D01] without PKCE, with plain, with another address, or as the implicit flow nothing is begun', async () => {
    const { email } = await world.server.person()
    const browser = await world.browser(email)
    const config = await world.configured(await world.client())
    const { to } = await world.begin(config)
    const changed = (change: (query: URLSearchParams) => void): string => {
      const url = new URL(to, world.url)
      change(url.searchParams)
      return url.pathname + url.search
    }
    for (const [path, error] of [
      [changed((query) => query.delete('code_challenge')), 'invalid_request'],
      [changed((query) => query.set('code_challenge_method', 'plain')), 'invalid_request'],
      [changed((query) => query.set('response_type', 'token')), 'unsupported_response_type'],
      [changed((query) => query.set('response_type', 'code id_token')), 'unsupported_response_type'],
      [changed((query) => query.set('resource', 'https://elsewhere.example')), 'invalid_target'],
    ] as const) {
      const { url } = await follow(browser, world.url, path)
      assert.equal(url?.searchParams.get('error') ?? new URLSearchParams(url?.hash.slice(1)).get('error'), error, path)
    }
    for (const uri of ['http://127.0.0.1:9/callback/', 'http://127.0.0.1:9/CALLBACK', `${REDIRECT}?x=1`, 'https://evil.example/callback']) {
      const { url, page } = await follow(
        browser,
        world.url,
        changed((query) => query.set('redirect_uri', uri)),
      )
      assert.deepEqual([url, page.status], [undefined, 400], uri)
      assert.match(page.headers.get('content-type') ?? '', /text\/html/)
    }
    const password = await fetch(`${world.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'password', username: email, password: PASSWORD }),
    })
    assert.equal(password.status, 400)
  })

  test('[D04] a scope that a role brings is given to nobody who has not the role', async () => {
    const registered = await world.client()
    const scope = 'openid orders:read orders:write'
    const plain = await world.tokens(await world.server.person(), registered, { scope })
    const staff = await world.tokens(await world.server.person(['staff']), registered, { scope })
    assert.equal(claimsOf(plain.access_token).scope, 'openid orders:read')
    assert.equal(claimsOf(staff.access_token).scope, scope)
  })

  test('[D01] the token of an application opens none of our own doors', async () => {
    const person = await world.server.person(['admin'])
    const { access_token: token } = await world.tokens(person, await world.client())
    for (const [method, path] of [
      ['GET', '/v1/me'],
      ['GET', '/v1/sessions'],
      ['GET', '/v1/users'],
      ['GET', '/v1/me/grants'],
    ] as const) {
      const { status, body } = await world.server.ask(method, path, { token })
      assert.match(`${status} ${body.code}`, /^(?:403|401) (?:session_required|role_insufficient)$/, path)
    }
    const page = await fetch(`${world.url}/account`, { headers: { cookie: `cs_access=${token}` }, redirect: 'manual' })
    assert.equal(page.status, 303)
    assert.match(page.headers.get('location') ?? '', /sign-in/)
  })
})

suite('authorization where every account must have a second factor', () => {
  let world: OAuthWorld
  before(async () => {
    world = await OAuthWorld.open({ secondFactor: 'required' })
  })
  after(() => world[Symbol.asyncDispose]())

  test('[D01] [D06] who has shown none is led to set one up, and the application gets nothing', async () => {
    const { email } = await world.server.person()
    const config = await world.configured(await world.client())
    const browser = await world.browser(email)
    const asked = await follow(browser, world.url, (await world.begin(config)).to)
    assert.equal(asked.url, undefined)
    assert.equal(asked.page.url.pathname, '/account')
    assert.match(asked.page.text, /This account needs a second factor/)
    const silent = await follow(browser, world.url, (await world.begin(config, { prompt: 'none' })).to)
    assert.equal(silent.url?.searchParams.get('error'), 'login_required')
  })
})
