import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as client from 'openid-client'
import { AuthenticatorApp } from '../http/authenticator-app.ts'
import type { PageBrowser, ShownPage } from '../http/page-browser.ts'
import { PASSWORD } from '../http/server-world.ts'
import { SoftwareAuthenticator } from '../http/software-authenticator.ts'
import { MovedTime } from './moved-time.ts'
import { claimsOf, follow, type OAuthWorld, onEachDatabase, type Person, type RegisteredClient } from './oauth-world.ts'

const APP_STEP_SECONDS = 31

type Params = Readonly<Record<string, string>>

onEachDatabase('what an application may ask of a sign-in', (open, testOnce) => {
  let world: OAuthWorld
  let registered: RegisteredClient
  let config: client.Configuration
  let time: MovedTime
  const pass = (seconds: number): Promise<void> => time.pass(seconds, world)
  before(async () => {
    time = new MovedTime()
    world = await open({}, time.platform)
    registered = await world.client()
    config = await world.configured(registered)
  })
  after(async () => {
    await world[Symbol.asyncDispose]()
    time[Symbol.dispose]()
  })

  /** Where a browser comes to, and what the client makes of it should it be called back. */
  async function ask(browser: PageBrowser, params: Params) {
    const { to, checks } = await world.begin(config, params)
    const { url, page } = await follow(browser, world.url, to)
    return { url, page, checks, to }
  }
  const granted = (url: URL | undefined, checks: client.AuthorizationCodeGrantChecks) => {
    assert.ok(url !== undefined, 'nobody was called back')
    return client.authorizationCodeGrant(config, url, checks)
  }
  const errorOf = ({ url, page }: { readonly url: URL | undefined; readonly page: ShownPage }): string | null => {
    assert.ok(url !== undefined, page.text)
    assert.equal(url.searchParams.has('code'), false)
    return url.searchParams.get('error')
  }
  /** Allows what is asked for, once and for all. */
  async function allowedBrowser({ email }: Pick<Person, 'email'>, browser?: PageBrowser): Promise<PageBrowser> {
    const own = browser ?? (await world.browser(email))
    const { page } = await ask(own, {})
    await follow(own, world.url, await own.send(page, 'allow'))
    return own
  }
  /** A person with an authenticator app, whose browser was signed in before there was one. */
  async function withApp() {
    const person = await world.server.person()
    const { body } = await world.server.ask('POST', '/v1/me/factors/totp', { token: person.access_token })
    const app = new AuthenticatorApp(body.otpauth_uri)
    const browser = await allowedBrowser(person)
    await world.server.ask('POST', '/v1/me/factors/totp/confirm', { token: person.access_token, body: { code: app.code() } })
    await pass(APP_STEP_SECONDS)
    return { person, app, browser }
  }
  /** A person with a passkey, signed in by the password alone before there was one. */
  async function withPasskey() {
    const person = await world.server.person()
    const key = new SoftwareAuthenticator({ origin: world.url })
    const browser = await allowedBrowser(person)
    const begun = await world.server.ask('POST', '/v1/me/factors/passkeys', { token: person.access_token })
    const body = { passkey: key.create(begun.body.options) }
    assert.equal((await world.server.ask('POST', '/v1/me/factors/passkeys/confirm', { token: person.access_token, body })).status, 201)
    return { person, key, browser }
  }

  test('[D06] [D02] acr_values: an application that asks for two factors has its person asked for the second, and comes by it', async () => {
    const { app, browser } = await withApp()
    const { page, checks } = await ask(browser, { acr_values: 'mfa' })
    assert.match(`${page.url.pathname}${page.url.search}`, /^\/sign-in\?.*step_up=yes/)
    assert.match(page.text, /The app that you come from asks for it/)
    const { url } = await follow(browser, world.url, await browser.send(page, 'code', { code: app.code() }))
    const tokens = await granted(url, checks)
    assert.deepEqual([claimsOf(tokens.access_token).acr, tokens.claims()?.['acr']], ['mfa', 'mfa'])
    assert.deepEqual(claimsOf(tokens.access_token).amr, ['pwd', 'otp'])
    const again = await ask(browser, { acr_values: 'phr mfa', prompt: 'none' })
    assert.equal((await granted(again.url, again.checks)).claims()?.['acr'], 'mfa')
  })

  testOnce('[D06] where nothing less than a passkey will do, nothing else is asked for; it does for two factors as well', async () => {
    const { person, key, browser } = await withPasskey()
    const essential = { claims: JSON.stringify({ id_token: { acr: { essential: true, values: ['phr'] } } }) }
    const { page, checks } = await ask(browser, essential)
    assert.match(page.url.search, /acr=phr/)
    assert.doesNotMatch(page.html, /name="form" value="(?:code|recovery_code|confirm_password)"|recovery code/)
    const csrf = page.form('factor_passkey').fields.get('csrf') ?? ''
    const headers = { 'content-type': 'application/json', 'x-csrf-token': csrf, 'sec-fetch-site': 'same-origin' }
    const challenge = await browser.ask('/v1/me/passkey-challenges', { method: 'POST', headers, body: '{}' })
    const passkey = JSON.stringify(key.get(JSON.parse(challenge.html).options))
    const { url } = await follow(browser, world.url, await browser.send(page, 'factor_passkey', { passkey }))
    const tokens = await granted(url, checks)
    assert.deepEqual([tokens.claims()?.sub, tokens.claims()?.['acr']], [person.user.id, 'phr'])
    for (const [params, acr] of [
      [{ acr_values: 'mfa' }, 'mfa'],
      [{ acr_values: 'mfa phr' }, 'phr'],
      [{ claims: JSON.stringify({ id_token: { acr: { essential: true, value: 'mfa' } } }) }, 'mfa'],
      [{}, 'phr'],
    ] as const) {
      const next = await ask(browser, { ...params, prompt: 'none' })
      assert.equal(claimsOf((await granted(next.url, next.checks)).access_token).acr, acr, JSON.stringify(params))
    }
  })

  testOnce(
    '[D06] what no sign-in meets is refused: names that are not ours at once, and whoever has no such factor is told first',
    async () => {
      const person = await world.server.person()
      const browser = await allowedBrowser(person)
      for (const params of [
        { acr_values: 'urn:mace:incommon:iap:silver' },
        { claims: JSON.stringify({ id_token: { acr: { essential: true, values: ['1', '2'] } } }) },
        { claims: JSON.stringify({ id_token: { acr: { essential: true, value: 7 } } }) },
        { acr_values: 'mfa', prompt: 'none' },
      ]) {
        assert.equal(errorOf(await ask(browser, params)), 'unmet_authentication_requirements', JSON.stringify(params))
      }
      const asked = await ask(browser, { acr_values: 'phr' })
      assert.match(asked.page.text, /Harbour Orders asks for a sign-in with a passkey, and yours cannot show one/)
      assert.equal(
        errorOf(await follow(browser, world.url, await browser.send(asked.page, 'give_up'))),
        'unmet_authentication_requirements',
      )
      // Voluntary, as OpenID Connect says: what there is, is told.
      const voluntary = await ask(browser, { claims: JSON.stringify({ id_token: { acr: { values: ['phr'] } } }), prompt: 'none' })
      assert.equal((await granted(voluntary.url, voluntary.checks)).claims()?.['acr'], undefined)
    },
  )

  test('[D02] max_age counts from the sign-in, to the second; with prompt=none nobody is asked', async () => {
    const person = await world.server.person()
    const browser = await allowedBrowser(person)
    const signedInAt = Math.floor(Date.now() / 1000)
    await pass(100)
    const young = await ask(browser, { max_age: '100', prompt: 'none' })
    assert.equal((await granted(young.url, { ...young.checks, maxAge: 100 })).claims()?.['auth_time'], signedInAt)
    await pass(1)
    assert.equal(errorOf(await ask(browser, { max_age: '100', prompt: 'none' })), 'login_required')
    const { page, checks } = await ask(browser, { max_age: '100' })
    assert.match(page.url.search, /step_up=yes/)
    const { url } = await follow(browser, world.url, await browser.send(page, 'confirm_password', { password: PASSWORD }))
    const tokens = await granted(url, { ...checks, maxAge: 100 })
    const now = Math.floor(Date.now() / 1000)
    assert.deepEqual([tokens.claims()?.['auth_time'], claimsOf(tokens.access_token).auth_time], [now, now])
  })

  testOnce('[D02] prompt=login and max_age=0 want a sign-in of now; one of before will not do, however young', async () => {
    const browser = await allowedBrowser(await world.server.person())
    for (const params of [{ prompt: 'login' }, { max_age: '0' }] as const) {
      await pass(1)
      const { page, checks } = await ask(browser, params)
      assert.match(page.url.search, /step_up=yes/, JSON.stringify(params))
      const reopened = await follow(browser, world.url, '/oauth/consent')
      assert.match(reopened.page.url.search, /step_up=yes/)
      await pass(1)
      const { url } = await follow(browser, world.url, await browser.send(page, 'confirm_password', { password: PASSWORD }))
      assert.equal((await granted(url, checks)).claims()?.['auth_time'], Math.floor(Date.now() / 1000))
    }
    for (const prompt of ['none login', 'none consent', 'create', 'whatever']) {
      assert.equal(errorOf(await ask(browser, { prompt })), 'invalid_request', prompt)
    }
  })

  test('[D02] an id_token_hint is for its own person: for another one the answer is login_required, asked or not', async () => {
    const [mira, noor] = [await world.server.person(), await world.server.person()]
    const { id_token: hint = '', browser } = await world.tokens(mira, registered)
    const others = await allowedBrowser(noor)
    const about = (sub: string): string => JSON.stringify({ id_token: { sub: { value: sub } } })
    for (const [params, own] of [
      [{ id_token_hint: hint }, browser],
      [{ claims: about(mira.user.id) }, browser],
    ] as const) {
      const known = await ask(own, { ...params, prompt: 'none' })
      assert.equal((await granted(known.url, known.checks)).claims()?.sub, mira.user.id)
      for (const more of [{}, { prompt: 'none' }]) assert.equal(errorOf(await ask(others, { ...params, ...more })), 'login_required')
    }
    // A stranger is asked to sign in; as somebody else it is no answer either.
    const stranger = await world.browser()
    const { page } = await ask(stranger, { id_token_hint: hint })
    const back = await follow(stranger, world.url, await stranger.send(page, 'sign_in', { email: noor.email, password: PASSWORD }))
    assert.equal(errorOf(back), 'login_required')
    assert.equal(
      errorOf(await ask(browser, { id_token_hint: `${hint.slice(0, -4)}${hint.endsWith('AAAA') ? 'BBBA' : 'AAAA'}` })),
      'invalid_request',
    )
  })

  testOnce('[D02] prompt=select_account: the same account, or another one, which the answer is then about', async () => {
    const [mira, noor] = [await world.server.person(), await world.server.person()]
    await allowedBrowser(noor)
    const browser = await allowedBrowser(mira)
    const first = await ask(browser, { prompt: 'select_account' })
    assert.match(first.page.text, new RegExp(`Continue as ${mira.email}`))
    const stayed = await follow(browser, world.url, await browser.send(first.page, 'stay'))
    assert.equal((await granted(stayed.url, first.checks)).claims()?.sub, mira.user.id)
    const second = await ask(browser, { prompt: 'select_account' })
    const { page } = await follow(browser, world.url, await browser.send(second.page, 'other'))
    assert.equal(page.url.pathname, '/sign-in')
    const changed = await follow(browser, world.url, await browser.send(page, 'sign_in', { email: noor.email, password: PASSWORD }))
    assert.equal((await granted(changed.url, second.checks)).claims()?.sub, noor.user.id)
    const stranger = await world.browser()
    const third = await ask(stranger, { prompt: 'select_account' })
    const signedIn = await stranger.send(third.page, 'sign_in', { email: mira.email, password: PASSWORD })
    assert.equal((await granted((await follow(stranger, world.url, signedIn)).url, third.checks)).claims()?.sub, mira.user.id)
  })

  testOnce(
    '[D02] login_hint is typed in; ui_locales is spoken until the reader chooses; display, claims_locales and what nobody knows change nothing',
    async () => {
      const { email } = await world.server.person()
      const browser = await world.browser()
      const hints = { login_hint: '"><b>@x', ui_locales: 'fr-CA de en', display: 'popup', claims_locales: 'de', unheard_of: 'x' }
      const { page, to } = await ask(browser, hints)
      assert.equal(page.form('sign_in').fields.get('email'), '"><b>@x')
      assert.equal(page.tags('html')[0]?.get('lang'), 'de')
      const consent = await follow(browser, world.url, await browser.send(page, 'sign_in', { email, password: PASSWORD }))
      assert.match(consent.page.text, /Harbour Orders zulassen\?/)
      await browser.open('/oauth/consent?lang=en')
      assert.match((await follow(browser, world.url, to)).page.text, /Allow Harbour Orders\?/)
      const long = await ask(await world.browser(), { login_hint: `${'x'.repeat(300)}@x`, display: 'page' })
      assert.equal(long.page.form('sign_in').fields.get('email'), '')
    },
  )

  test('[D08] consent is remembered, and asked for anew once it was taken back', async () => {
    const browser = await allowedBrowser(await world.server.person())
    assert.notEqual((await ask(browser, {})).url, undefined)
    assert.match((await browser.open('/account')).html, /href="\/account\/apps"/)
    await browser.submit(await browser.open('/account/apps'), 'disconnect')
    assert.equal(errorOf(await ask(browser, { prompt: 'none' })), 'consent_required')
    assert.match((await ask(browser, {})).page.text, /Allow Harbour Orders\?/)
    const asked = await ask(await allowedBrowser({ email: (await world.server.person()).email }), { prompt: 'consent' })
    assert.match(asked.page.text, /Allow Harbour Orders\?/)
  })

  test('[D02] the claims parameter: single claims, in the ID token and at the userinfo endpoint, for what was allowed alone', async () => {
    const person = await world.server.person()
    const browser = await world.browser(person.email)
    const claims = JSON.stringify({
      userinfo: { email: { essential: true }, picture: null },
      id_token: { auth_time: { essential: true }, email_verified: null, phone_number: null },
    })
    const params = { scope: 'openid', claims }
    assert.equal(errorOf(await ask(browser, { ...params, prompt: 'none' })), 'consent_required')
    const { page, checks } = await ask(browser, params)
    assert.match(page.text, /know that it is you.*see your e-mail address/)
    const { url } = await follow(browser, world.url, await browser.send(page, 'allow'))
    const tokens = await granted(url, checks)
    const said = tokens.claims()
    assert.deepEqual([said?.['email'], said?.['email_verified'], said?.['phone_number']], [undefined, false, undefined])
    assert.equal(typeof said?.['auth_time'], 'number')
    const info = { sub: person.user.id, email: person.email }
    assert.deepEqual(await client.fetchUserInfo(config, tokens.access_token, person.user.id), info)
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
    assert.deepEqual(await client.fetchUserInfo(config, refreshed.access_token, person.user.id), info)
    const plain = await ask(browser, { scope: 'openid', prompt: 'none' })
    const bare = await client.fetchUserInfo(config, (await granted(plain.url, plain.checks)).access_token, person.user.id)
    assert.deepEqual(bare, { sub: person.user.id })
    for (const broken of [
      '{',
      '[]',
      '{}',
      '{"id_token":[]}',
      '{"id_token":{"acr":{"essential":true,"values":"phr"}}}',
      '{"userinfo":{"email":1}}',
      '{"userinfo":{"\\"<b>\\u00e9":1}}',
    ]) {
      const refused = await ask(browser, { claims: broken })
      assert.equal(errorOf(refused), 'invalid_request', broken)
      assert.match(refused.url?.searchParams.get('error_description') ?? '', /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/, 'RFC 6749 section 4.1.2.1')
    }
  })
})
