import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { createVerifier, type Requirement, unsafeAllowHttp, type Verifier } from 'countersign'
import { guard } from 'countersign/node'
import * as client from 'openid-client'
import { AuthenticatorApp } from '../http/authenticator-app.ts'
import { listening, type Mounted } from '../http/listening.ts'
import type { PageBrowser, ShownPage } from '../http/page-browser.ts'
import { PATIENCE_MS, patientPlatform } from '../http/patience.ts'
import { PASSWORD } from '../http/server-world.ts'
import { MovedTime } from './moved-time.ts'
import { claimsOf, follow, type OAuthWorld, onEachDatabase, REDIRECT, refusedWith, type RegisteredClient } from './oauth-world.ts'

const FORM = 'application/x-www-form-urlencoded'
const APP_STEP_SECONDS = 31

type Params = Readonly<Record<string, string>>

onEachDatabase('how a request to sign in comes, and how it is answered', (open) => {
  let world: OAuthWorld
  let registered: RegisteredClient
  let config: client.Configuration
  before(async () => {
    world = await open()
    registered = await world.client()
    config = await world.configured(registered)
  })
  after(() => world[Symbol.asyncDispose]())

  /** As a form of the client's own page would send it: from another site, without our cookies, since they are `SameSite`. */
  const postElsewhere = (path: string, body: string, contentType = FORM): Promise<Response> =>
    fetch(`${world.url}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { accept: 'text/html', 'content-type': contentType, origin: 'https://orders.example', 'sec-fetch-site': 'cross-site' },
      body,
    })
  const asForm = (to: string): string => new URL(to, world.url).searchParams.toString()
  async function allowed(browser: PageBrowser): Promise<void> {
    const { page } = await follow(browser, world.url, (await world.begin(config)).to)
    await follow(browser, world.url, await browser.send(page, 'allow'))
  }
  /** What the browser would send to the client, had it sent the form. */
  function sentOn(page: ShownPage): { readonly action: string; readonly fields: URLSearchParams } {
    const fields = page.tags('input').map((input) => [input.get('name') ?? '', input.get('value') ?? ''])
    return { action: page.tags('form')[0]?.get('action') ?? '', fields: new URLSearchParams(fields) }
  }

  test('[D02] a request that another site posts is asked again as a GET, so that the session is seen, and has the same answer', async () => {
    const browser = await world.browser((await world.server.person()).email)
    await allowed(browser)
    const { to, checks } = await world.begin(config, { prompt: 'none', nonce: 'a b&c' })
    const posted = await postElsewhere('/oauth/authorize', asForm(to))
    assert.deepEqual([posted.status, posted.headers.get('cache-control')], [303, 'no-store'])
    const again = new URL(posted.headers.get('location') ?? '', world.url)
    assert.equal(again.origin, world.url)
    const { url } = await follow(browser, world.url, again.pathname + again.search)
    assert.ok(url !== undefined)
    const tokens = await client.authorizationCodeGrant(config, url, { ...checks, expectedNonce: 'a b&c' })
    assert.equal(tokens.claims()?.['nonce'], 'a b&c')
  })

  test('[D02] a posted request that is no form, or too long for an address, is refused as a page; one in query and body is that of the body', async () => {
    for (const [body, contentType, status, code] of [
      ['{}', 'application/json', 415, 'content_type_unsupported'],
      [`state=${'x'.repeat(9_000)}`, FORM, 413, 'content_too_large'],
      ['state=\xff', FORM, 303, undefined],
    ] as const) {
      const answer = await postElsewhere('/oauth/authorize', body, contentType)
      assert.equal(answer.status, status)
      if (code !== undefined) assert.match(await answer.text(), new RegExp(`<html[\\s\\S]*Code ${code}`))
      assert.doesNotMatch(answer.headers.get('location') ?? '/', /\r|\n|^\/\/|^http/)
    }
    const both = await postElsewhere('/oauth/authorize?client_id=evil', `client_id=${registered.id}`)
    assert.equal(both.headers.get('location'), `/oauth/authorize?client_id=${registered.id}`)
    assert.equal((await postElsewhere('/oauth/authorize/x', 'a=b')).status, 405)
  })

  test('[D02] form_post: the answer goes to the client as a form that sends itself, to its origin and nowhere else', async () => {
    const browser = await world.browser((await world.server.person()).email)
    const { to, checks } = await world.begin(config, { response_mode: 'form_post', state: '"><script>alert(1)</script>' })
    const asked = await follow(browser, world.url, to)
    const { url, page } = await follow(browser, world.url, await browser.send(asked.page, 'allow'))
    assert.deepEqual([url, page.status], [undefined, 200])
    const policy = page.headers.get('content-security-policy') ?? ''
    const nonce = /script-src 'nonce-([\w-]{22})'/.exec(policy)?.[1] ?? ''
    assert.match(policy, /^default-src 'none'; .*form-action http:\/\/127\.0\.0\.1:9; frame-ancestors 'none'; base-uri 'none'/)
    assert.equal(page.headers.get('cache-control'), 'no-store')
    assert.equal(page.headers.get('referrer-policy'), 'strict-origin')
    const scripts = page.html.match(/<script[\s\S]*?<\/script>/g) ?? []
    assert.deepEqual(scripts, [`<script nonce="${nonce}">document.forms[0].submit()</script>`])
    assert.equal(page.tags('h1').length, 1)
    assert.match(page.html, /<html lang="en">[\s\S]*<button class="button">Continue<\/button>/)
    const { action, fields } = sentOn(page)
    assert.equal(action, REDIRECT)
    assert.deepEqual([...fields.keys()].toSorted(), ['code', 'iss', 'state'])
    const received = new Request(REDIRECT, { method: 'POST', body: fields })
    const tokens = await client.authorizationCodeGrant(config, received, { ...checks, expectedState: '"><script>alert(1)</script>' })
    assert.equal(claimsOf(tokens.access_token).client_id, registered.id)
  })

  test('[D02] the same may be pushed first: claims, a hint, an answer by form', async () => {
    const person = await world.server.person()
    const verifier = client.randomPKCECodeVerifier()
    const pushed = await client.buildAuthorizationUrlWithPAR(config, {
      redirect_uri: REDIRECT,
      scope: 'openid',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      response_mode: 'form_post',
      login_hint: person.email,
      claims: JSON.stringify({ userinfo: { email: null } }),
    })
    const browser = await world.browser()
    const signIn = await follow(browser, world.url, pushed.pathname + pushed.search)
    assert.equal(signIn.page.form('sign_in').fields.get('email'), person.email)
    const asked = await follow(browser, world.url, await browser.send(signIn.page, 'sign_in', { password: PASSWORD }))
    const { page } = await follow(browser, world.url, await browser.send(asked.page, 'allow'))
    const received = new Request(REDIRECT, { method: 'POST', body: sentOn(page).fields })
    const tokens = await client.authorizationCodeGrant(config, received, { pkceCodeVerifier: verifier })
    assert.equal((await client.fetchUserInfo(config, tokens.access_token, person.user.id)).email, person.email)
  })

  test('[D01] what anybody may push is no larger than what an address has room for', async () => {
    const { id } = await world.client({ kind: 'public' })
    const push = async (state: string): Promise<number> => {
      const { to } = await world.begin(await world.configured({ id, secret: undefined }), { state })
      return (await fetch(`${world.url}/oauth/par`, { method: 'POST', headers: { 'content-type': FORM }, body: asForm(to) })).status
    }
    assert.deepEqual([await push('x'.repeat(8_192)), await push('x'.repeat(16_384))], [201, 413])
  })

  test('[D02] what is refused goes the same way: by form, in the fragment, in the query, as was asked', async () => {
    const stranger = await world.browser()
    const answers = async (params: Params) => follow(stranger, world.url, (await world.begin(config, { prompt: 'none', ...params })).to)
    const posted = await answers({ response_mode: 'form_post' })
    const { action, fields } = sentOn(posted.page)
    assert.deepEqual([posted.page.status, action, fields.get('error'), fields.get('iss')], [200, REDIRECT, 'login_required', world.url])
    const inFragment = await answers({ response_mode: 'fragment' })
    assert.equal(new URLSearchParams(inFragment.url?.hash.slice(1)).get('error'), 'login_required')
    assert.equal((await answers({ response_mode: 'query' })).url?.searchParams.get('error'), 'login_required')
    for (const mode of ['jwt', 'web_message', '__proto__']) {
      assert.equal((await answers({ response_mode: mode })).url?.searchParams.get('error'), 'unsupported_response_mode', mode)
    }
  })

  test('[D01] nobody is ever sent to an address that is not registered: not by query, not by form, with nothing that is asked', async () => {
    const browser = await world.browser((await world.server.person()).email)
    await allowed(browser)
    const disabled = await world.client()
    await world.server.local('PATCH', `/v1/clients/${disabled.id}`, { disabled: true })
    const evil = 'https://evil.example/callback'
    for (const params of [
      { redirect_uri: evil },
      { redirect_uri: `${REDIRECT}@evil.example` },
      { redirect_uri: '' },
      { redirect_uri: evil, prompt: 'none' },
      { redirect_uri: evil, response_mode: 'form_post' },
      { redirect_uri: evil, response_mode: 'fragment', response_type: 'token' },
      { redirect_uri: evil, scope: 'nonsense', max_age: '-1' },
      { redirect_uri: evil, claims: '{' },
      { redirect_uri: evil, acr_values: 'nonsense' },
      { client_id: 'cli_nobody' },
      { client_id: 'cli_nobody', redirect_uri: evil, response_mode: 'form_post' },
      { client_id: disabled.id },
    ] as readonly Params[]) {
      const { to } = await world.begin(config)
      const asked = new URL(to, world.url)
      for (const [name, value] of Object.entries(params)) asked.searchParams.set(name, value)
      for (const path of [
        asked.pathname + asked.search,
        (await postElsewhere('/oauth/authorize', asked.searchParams.toString())).headers.get('location') ?? '',
      ]) {
        const { url, page } = await follow(browser, world.url, path)
        assert.deepEqual([url, page.status], [undefined, 400], JSON.stringify(params))
        assert.match(page.text, /Something went wrong/)
        assert.doesNotMatch(page.html, /(?:href|action)="(?:https?:|\/\/)/)
        assert.match(page.headers.get('content-security-policy') ?? '', /form-action 'self'/)
      }
    }
  })

  test('[D02] discovery says what may be asked', async () => {
    const known = config.serverMetadata()
    assert.deepEqual([...(known.response_modes_supported ?? [])].toSorted(), ['form_post', 'fragment', 'query'])
    assert.deepEqual(known.acr_values_supported, ['mfa', 'phr'])
    assert.equal(known.claims_parameter_supported, true)
    const claims = known['claims_supported'] as readonly string[]
    for (const claim of ['sub', 'name', 'email', 'email_verified', 'updated_at', 'acr', 'auth_time'])
      assert.ok(claims.includes(claim), claim)
  })
})

onEachDatabase('step-up for an application (RFC 9470)', (open) => {
  let world: OAuthWorld
  let verifier: Verifier
  let time: MovedTime
  const services: Mounted[] = []
  before(async () => {
    time = new MovedTime()
    world = await open({}, time.platform)
    const { credential } = await world.server.service()
    verifier = createVerifier({ issuer: world.url, audience: world.url, credential, platform: patientPlatform, [unsafeAllowHttp]: true })
    await verifier.ready()
  })
  after(async () => {
    for (const service of services) await service.close()
    verifier.close()
    await world[Symbol.asyncDispose]()
    time[Symbol.dispose]()
  })

  /** A route of somebody's service, in front of which our guard stands. */
  async function service(requirement: Requirement): Promise<URL> {
    const guarded = guard(verifier, requirement)
    const mounted = await listening(
      createServer(async (request, response) => {
        if ((await guarded(request, response)) !== undefined) response.end('paid')
      }),
    )
    services.push(mounted)
    return new URL(`http://127.0.0.1:${mounted.port}/`)
  }
  /** What a client is told by the challenge; undefined where it is let in. The feed needs a moment after the clock was moved. */
  async function challenge(config: client.Configuration, token: string, at: URL): Promise<Params | undefined> {
    const deadline = performance.now() + PATIENCE_MS
    for (;;) {
      try {
        const { status } = await client.fetchProtectedResource(config, token, at, 'GET')
        if (status === 200) return undefined
        assert.equal(status, 503)
      } catch (error) {
        if (!(error instanceof client.WWWAuthenticateChallengeError)) throw error
        const { parameters = {} } = error.cause[0] ?? {}
        return Object.fromEntries(Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
      }
      assert.ok(performance.now() < deadline, 'the service does not hear of the issuer')
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  test('[D06] [D09] a service refuses a sign-in that is too weak or too old; the client asks for what it was told, and the new token is taken', async () => {
    const person = await world.server.person()
    const { body } = await world.server.ask('POST', '/v1/me/factors/totp', { token: person.access_token })
    const app = new AuthenticatorApp(body.otpauth_uri)
    const registered = await world.client()
    const { config, browser, refresh_token: refreshToken = '' } = await world.tokens(person, registered)
    await world.server.ask('POST', '/v1/me/factors/totp/confirm', { token: person.access_token, body: { code: app.code() } })
    // What was issued before the account had a second factor has ended; what is refreshed goes on as it was.
    const { access_token: weak } = await client.refreshTokenGrant(config, refreshToken)
    const pay = await service({ scope: 'orders:read', maxAuthAgeSeconds: 90, acr: 'mfa' })
    await time.pass(APP_STEP_SECONDS, world)

    /** As a client does it: what the challenge names is what it asks for. */
    const stepUp = async (told: Params | undefined): Promise<string> => {
      const { error = '', acr_values = '', max_age = '' } = told ?? {}
      assert.equal(error, 'insufficient_user_authentication')
      const asked = { ...(acr_values === '' ? {} : { acr_values }), ...(max_age === '' ? {} : { max_age }) }
      assert.deepEqual(asked, { acr_values: 'mfa', max_age: '90' })
      const { to, checks } = await world.begin(config, asked)
      const { page } = await follow(browser, world.url, to)
      const { url } = await follow(browser, world.url, await browser.send(page, 'code', { code: app.code() }))
      assert.ok(url !== undefined)
      return (await client.authorizationCodeGrant(config, url, { ...checks, maxAge: 90 })).access_token
    }

    const strong = await stepUp(await challenge(config, weak, pay))
    assert.equal(await challenge(config, strong, pay), undefined)
    await time.pass(91, world)
    const young = await stepUp(await challenge(config, strong, pay))
    assert.equal(await challenge(config, young, pay), undefined)
    // What is met already asks nobody.
    const { to, checks } = await world.begin(config, { acr_values: 'mfa', max_age: '90', prompt: 'none' })
    const { url } = await follow(browser, world.url, to)
    assert.ok(url !== undefined)
    assert.equal(await refusedWith(client.authorizationCodeGrant(config, url, checks)), 'nothing')
  })
})
