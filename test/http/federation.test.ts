import assert from 'node:assert/strict'
import { afterEach, beforeEach, suite, test } from 'node:test'
import { systemClock, systemPlatform } from 'countersign/core'
import type { IdentityProviderOptions } from '../../packages/server/src/server/config-federation.ts'
import { AuthenticatorApp } from './authenticator-app.ts'
import { IdentityProvider } from './identity-provider.ts'
import { PageBrowser, type ShownPage } from './page-browser.ts'
import { shapes } from './identity-provider-shapes.ts'
import { until } from './patience.ts'
import { PASSWORD, ServerWorld } from './server-world.ts'

suite('sign-in with another provider', () => {
  let idp: IdentityProvider
  let world: ServerWorld
  beforeEach(async () => {
    idp = await IdentityProvider.open()
  })
  afterEach(async () => {
    await world[Symbol.asyncDispose]()
    await idp[Symbol.asyncDispose]()
  })

  const open = async (change: Partial<IdentityProviderOptions> = {}): Promise<PageBrowser> => {
    world = await ServerWorld.open({ identityProviders: [idp.options(change)] })
    return new PageBrowser(world.url)
  }
  const newBrowser = (): PageBrowser => new PageBrowser(world.url)

  /** To the provider and back, up to where that leads. */
  const travel = async (browser: PageBrowser, start = '/federation/idp'): Promise<ShownPage> =>
    browser.open(await idp.visit((await browser.open(start)).headers.get('location')))

  const told = async (email: string, text: RegExp): Promise<void> => {
    const isThere = (mail: { to: string; text: string }): boolean => mail.to === email && text.test(mail.text)
    await until(`a mail to ${email}`, async () => (await world.local('GET', '/v1/mails')).body.mails.some(isThere))
  }
  const signUp = async (email: string, { verified = true } = {}): Promise<void> => {
    assert.equal((await world.local('POST', '/v1/users', { email, password: PASSWORD, email_verified: verified })).status, 201)
  }
  const byPassword = async (browser: PageBrowser, email: string): Promise<ShownPage> =>
    browser.submit(await browser.open('/sign-in'), 'sign_in', { email, password: PASSWORD })
  const userCalled = async (email: string) =>
    (await world.local('GET', '/v1/users')).body.users.find((user: { email: string }) => user.email === email)
  const tokenOf = (browser: PageBrowser): string => [...browser.cookies].find(([name]) => name.includes('cs_access'))?.[1] ?? ''

  test('[D05] whoever is new gets an account without a password, and comes back to it; the provider learns code, PKCE, state and nonce', async () => {
    const browser = await open()
    const signIn = await browser.open('/sign-in?return_to=/account/password')
    assert.match(signIn.text, /Sign in with Elsewhere/)
    const link =
      signIn
        .tags('a')
        .find((tag) => tag.get('href')?.startsWith('/federation/'))
        ?.get('href') ?? ''
    const page = await travel(browser, link)
    assert.equal(page.url.pathname, '/account/password')
    const [visit] = idp.visits
    assert.equal(visit?.get('scope'), 'openid email profile')
    assert.equal(visit?.get('redirect_uri'), `${world.url}/federation/idp/callback`)
    for (const name of ['state', 'nonce', 'code_challenge']) assert.match(visit?.get(name) ?? '', /^[\w-]{43}$/)
    const user = await userCalled('ann@idp.example')
    assert.deepEqual([user.name, user.email_verified, user.roles], ['Ann', true, []])
    const claims = JSON.parse(Buffer.from(tokenOf(browser).split('.')[1] ?? '', 'base64url').toString())
    assert.deepEqual([claims.sub, claims.amr, claims.acr], [user.id, ['federated'], undefined])
    // The second time it is the same account, whatever the address there is now.
    idp.person = { ...idp.person, email: 'new@idp.example', email_verified: false }
    const again = newBrowser()
    assert.equal((await travel(again)).url.pathname, '/account')
    assert.equal((await world.local('GET', '/v1/users')).body.users.length, 1)
    const password = await world.ask('POST', '/v1/sessions', { body: { email: 'ann@idp.example', password: PASSWORD } })
    assert.equal(password.body.code, 'credentials_invalid')
    assert.ok(!world.lines.some((line) => line.includes('a secret:') || line.includes('code=')))
  })

  test('[D05] an answer is taken once, of the browser alone that has asked, and only as it was asked', async () => {
    const browser = await open()
    const begin = async (who: PageBrowser): Promise<string> => idp.visit((await who.open('/federation/idp')).headers.get('location'))
    const refused = async (who: PageBrowser, path: string): Promise<void> => {
      const page = await who.open(path)
      assert.equal(page.status, 400, page.text)
      assert.match(page.text, /not completed/)
      assert.equal(tokenOf(who), '')
    }
    // The attacker's answer in the victim's browser.
    await refused(newBrowser(), await begin(browser))
    const victim = newBrowser()
    await begin(victim)
    await refused(victim, await begin(browser))
    for (const [name, value] of [
      ['state', 'other'],
      ['code', 'other'],
      ['iss', 'https://evil.example'],
    ] as const) {
      const url = new URL(await begin(browser), world.url)
      url.searchParams.set(name, value)
      await refused(browser, url.pathname + url.search)
      url.searchParams.delete(name)
      await begin(browser)
      await refused(browser, url.pathname + url.search)
    }
    const denied = new URL(await begin(browser), world.url)
    denied.search = new URLSearchParams({
      error: 'access_denied',
      state: denied.searchParams.get('state') ?? '',
      iss: idp.url,
      error_description: '<b>x',
    }).toString()
    await refused(browser, denied.pathname + denied.search)
    // Twice, with the cookie that the first time has taken away.
    const path = await begin(browser)
    const kept = new Map(browser.cookies)
    assert.equal((await browser.open(path)).url.pathname, '/account')
    const thief = newBrowser()
    for (const [name, value] of kept) if (name.includes('cs_federation')) thief.cookies.set(name, value)
    await refused(thief, path)
    for (const path of ['/federation/none', '/federation/%zz', '/federation/__proto__', '/federation/none/callback']) {
      assert.ok([400, 404].includes((await browser.open(path)).status), path)
    }
    // Whatever it was to lead to.
    assert.equal((await travel(browser, `/federation/idp?return_to=/account/password?${'x'.repeat(5000)}`)).url.pathname, '/account')
    assert.equal((await travel(newBrowser(), '/federation/idp?return_to=https://evil.example/')).url.pathname, '/account')
  })

  test('[D05] an answer says by whom it is, where the provider has promised that it does', async () => {
    const browser = await open()
    idp.sendsIss = false
    assert.deepEqual([(await travel(browser)).status, tokenOf(browser)], [400, ''])
    idp.sendsIss = true
    assert.equal((await travel(browser)).url.pathname, '/account')
  })

  test('[D05] no provider answers for another, nor is a subject of one anybody of the other', async () => {
    await using evil = await IdentityProvider.open()
    world = await ServerWorld.open({ identityProviders: [idp.options(), evil.options({ id: 'evil' })] })
    // Mix-up: who was sent to one provider is led on to the other one, to sign in there by what was begun for the first.
    for (const callback of ['idp', 'evil']) {
      const browser = newBrowser()
      const asked = new URL((await browser.open('/federation/evil')).headers.get('location') ?? '')
      asked.searchParams.set('redirect_uri', `${world.url}/federation/${callback}/callback`)
      const page = await browser.open(await idp.visit(`${idp.url}${asked.pathname}${asked.search}`))
      assert.deepEqual([page.status, tokenOf(browser)], [400, ''], callback)
    }
    assert.deepEqual((await world.local('GET', '/v1/users')).body.users, [])
    assert.equal((await travel(newBrowser())).url.pathname, '/account')
    evil.person = { sub: 'ann', email: 'other@evil.example', email_verified: true }
    const browser = newBrowser()
    const page = await browser.open(await evil.visit((await browser.open('/federation/evil')).headers.get('location')))
    assert.match(page.text, /other@evil\.example/)
    assert.equal((await world.local('GET', '/v1/users')).body.users.length, 2)
  })

  test('[D05] an ID token that is not right signs nobody in', async () => {
    const browser = await open()
    const past = Math.floor(Date.now() / 1000) - 3600
    const twists = [
      { nonce: 'other' },
      { nonce: undefined },
      { aud: 'somebody-else' },
      { aud: ['countersign-here', 'other'] },
      { aud: ['countersign-here', 'other'], azp: 'other' },
      { iss: 'https://evil.example' },
      { exp: past },
      { iat: undefined },
      { sub: undefined },
      { sub: '' },
      { sub: 'x'.repeat(256) },
    ]
    for (const twist of twists) {
      idp.twisted = twist
      const page = await travel(browser)
      assert.deepEqual([page.status, tokenOf(browser)], [400, ''], JSON.stringify(twist))
    }
    idp.twisted = {}
    idp.signsElsewhere = true
    assert.equal((await travel(browser)).status, 400)
    idp.signsElsewhere = false
    idp.signsNothing = true
    assert.equal((await travel(browser)).status, 400)
    idp.signsNothing = false
    assert.deepEqual((await world.local('GET', '/v1/users')).body.users, [])
    assert.equal((await travel(browser)).url.pathname, '/account')
    idp.twisted = { aud: ['countersign-here', 'other'], azp: 'countersign-here' }
    assert.equal((await travel(newBrowser())).url.pathname, '/account')
  })

  test('[D05] the provider may change its keys at any moment', async () => {
    // It is asked again at once, and at most every five seconds.
    let ahead = 0
    const clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + ahead }
    world = await ServerWorld.open({ identityProviders: [idp.options()] }, { ...systemPlatform, clock })
    assert.equal((await travel(newBrowser())).url.pathname, '/account')
    await idp.rotate()
    assert.equal((await travel(newBrowser())).status, 503)
    ahead += 5000
    assert.equal((await travel(newBrowser())).url.pathname, '/account')
    ahead += 5000
    idp.rotatesBeforeSigning = true
    assert.equal((await travel(newBrowser())).url.pathname, '/account')
  })

  test('[D05] an ID token that does not name its key is refused, even where there is one key alone', async () => {
    const browser = await open()
    idp.namesNoKey = true
    assert.equal((await travel(browser)).status, 400)
    idp.namesNoKey = false
    assert.equal((await travel(browser)).url.pathname, '/account')
  })

  test('[D05] a provider that is down or is another than was configured keeps nobody from signing in otherwise', async () => {
    const browser = await open()
    for (const issuer of ['https://login.example/{tenantid}/v2.0', 'https://login.example', `${idp.url}/`, idp.url.toUpperCase()]) {
      idp.metadata = { issuer }
      const page = await browser.open('/federation/idp')
      assert.deepEqual([page.status, page.headers.get('retry-after') !== null], [503, true], issuer)
      assert.match(page.text, /does not answer/)
    }
    assert.deepEqual(idp.visits, [])
    idp.metadata = {}
    for (const answering of ['error', 'none'] as const) {
      idp.answering = answering
      assert.equal((await travel(browser)).status, 503, world.lines.at(-2))
    }
    await signUp('otto@example.com')
    assert.equal((await byPassword(browser, 'otto@example.com')).url.pathname, '/account')
  })

  test('[D05] nobody comes into an account by an address alone: neither unverified there, nor unverified here, nor unless the operator says so', async () => {
    const browser = await open()
    const refused = async (text: RegExp): Promise<void> => {
      const page = await travel(newBrowser())
      assert.equal(page.status, 403)
      assert.match(page.text, text)
    }
    await signUp('Ann@idp.example')
    await refused(/sign in to it and connect/)
    idp.person = { sub: 'mallory', email: 'fresh@idp.example', email_verified: false }
    await refused(/no account here/)
    idp.person = { sub: 'mallory', email: 'fresh@idp.example' }
    await refused(/no account here/)
    idp.person = { sub: 'mallory' }
    await refused(/no account here/)
    idp.person = { sub: 'mallory', email: 'no address', email_verified: true }
    await refused(/no account here/)
    assert.equal((await world.local('GET', '/v1/users')).body.users.length, 1)
    assert.equal(tokenOf(browser), '')
  })

  test('[D05] where the operator lets addresses connect, both sides have to have verified them, and the provider speaks for its domains alone', async () => {
    await open({ link_by_email: true, domains: ['idp.example'], sign_up: false })
    await signUp('ann@idp.example')
    await signUp('squatted@idp.example', { verified: false })
    await signUp('otto@example.com')
    const as = async (sub: string, email: string): Promise<ShownPage> => {
      idp.person = { sub, email, email_verified: true }
      return travel(newBrowser())
    }
    assert.equal((await as('ann', 'ANN@idp.example')).url.pathname, '/account')
    // Somebody else may have made that account, and would share it.
    assert.equal((await as('true-owner', 'squatted@idp.example')).status, 403)
    assert.equal((await as('evil', 'otto@example.com')).status, 403)
    assert.equal((await as('new', 'new@idp.example')).status, 403)
    assert.equal((await world.local('GET', '/v1/users')).body.users.length, 3)
  })

  test('[D05] somebody who is signed in connects an identity, having seen which, and takes it away again', async () => {
    const browser = await open()
    await signUp('otto@example.com')
    await byPassword(browser, 'otto@example.com')
    const offer = await travel(browser, '/federation/idp?link=yes')
    assert.equal(offer.url.pathname, '/account/identities')
    assert.match(offer.text, /Ann, ann@idp\.example signs in to otto@example\.com/)
    assert.equal((await travel(newBrowser())).url.pathname, '/account')
    // By now it has an account of its own.
    assert.match((await browser.submit(offer, 'connect')).text, /connected already/)
    idp.person = { sub: 'otto-there', email: 'o@idp.example', email_verified: false }
    const connected = await browser.submit(await travel(browser, '/federation/idp?link=yes'), 'connect')
    assert.match(connected.text, /The account is connected\./)
    // Whoever it was: the owner of the account hears of it.
    await told('otto@example.com', /Sign-in with another provider was added to the account/)
    const there = newBrowser()
    assert.match((await travel(there)).text, /otto@example\.com/)
    const { body } = await world.ask('GET', '/v1/me/identities', { token: tokenOf(there) })
    assert.deepEqual(
      body.identities.map(({ issuer, subject, email }: Record<string, unknown>) => [issuer, subject, email]),
      [[idp.url, 'otto-there', 'o@idp.example']],
    )
    const page = await browser.open('/account/identities')
    assert.match((await browser.submit(page, 'disconnect')).text, /signs nobody in here any more/)
    assert.equal((await travel(newBrowser())).status, 403)
  })

  test('[D05] nobody connects an identity to somebody else: not by leading them there and back, nor with another session, nor without CSRF token', async () => {
    const victim = await open()
    await signUp('victim@example.com')
    await byPassword(victim, 'victim@example.com')
    idp.person = { sub: 'attacker', email: 'attacker@idp.example', email_verified: true }
    // All that another site can do: it leads the browser there and back.
    const page = await travel(victim, '/federation/idp?link=yes')
    assert.match(page.text, /Connect this Elsewhere account\?/)
    const identities = async (who: PageBrowser) => (await world.ask('GET', '/v1/me/identities', { token: tokenOf(who) })).body.identities
    assert.deepEqual(await identities(victim), [])
    const { action, fields } = page.form('connect')
    const forged = await victim.post(
      action,
      { form: 'connect', csrf: 'x' },
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    )
    assert.equal(forged.status, 403)
    // The attacker's offer in the victim's browser.
    const attacker = newBrowser()
    await signUp('attacker@example.com')
    await byPassword(attacker, 'attacker@example.com')
    await travel(attacker, '/federation/idp?link=yes')
    for (const [name, value] of attacker.cookies) if (name.includes('cs_identity')) victim.cookies.set(name, value)
    await victim.post(action, Object.fromEntries(fields))
    assert.deepEqual(await identities(victim), [])
    const stranger = newBrowser()
    assert.equal((await stranger.open('/federation/idp?link=yes')).url.pathname, '/federation/idp')
    const declined = await victim.submit(await travel(victim, '/federation/idp?link=yes'), 'decline')
    assert.doesNotMatch(declined.text, /Connect this/)
  })

  test('[D05] the last way to sign in is not taken away', async () => {
    const browser = await open()
    await travel(browser)
    const page = await browser.submit(await browser.open('/account/identities'), 'disconnect')
    assert.match(page.text, /Nothing else would be left/)
    const { body } = await world.ask('GET', '/v1/me/identities', { token: tokenOf(browser) })
    const answer = await world.ask('DELETE', `/v1/me/identities/${body.identities[0].id}`, { token: tokenOf(browser) })
    assert.deepEqual([answer.status, answer.body.code], [409, 'last_way_in'])
  })

  test('[D05] an authenticator app of the account is still asked for, unless the operator trusts the provider’s own second factor', async () => {
    const browser = await open()
    await travel(browser)
    const access = tokenOf(browser)
    const { body } = await world.ask('POST', '/v1/me/factors/totp', { token: access })
    const app = new AuthenticatorApp(body.otpauth_uri)
    await world.ask('POST', '/v1/me/factors/totp/confirm', { token: access, body: { code: app.code() } })
    idp.person = { ...idp.person, amr: ['pwd', 'mfa'] }
    const there = newBrowser()
    const asked = await travel(there, '/federation/idp?return_to=/account/password')
    assert.equal(asked.url.pathname, '/sign-in/code')
    assert.equal(tokenOf(there), '')
    assert.equal((await there.submit(asked, 'code', { code: app.code(1) })).url.pathname, '/account/password')
    // A session that a second factor has completed rests on the provider's as well.
    const answer = await logOut({ sub: 'ann' })
    assert.equal(answer.status, 204)
    assert.equal(await world.verdictOn(tokenOf(there)), 'token_revoked')
  })

  test('[D05] what the provider calls two factors is believed only where the operator says so, and only when it says so', async () => {
    const browser = await open({ trusts_factors: true })
    await travel(browser)
    const access = tokenOf(browser)
    const { body } = await world.ask('POST', '/v1/me/factors/totp', { token: access })
    await world.ask('POST', '/v1/me/factors/totp/confirm', { token: access, body: { code: new AuthenticatorApp(body.otpauth_uri).code() } })
    assert.equal((await travel(newBrowser())).url.pathname, '/sign-in/code')
    idp.person = { ...idp.person, amr: ['pwd', 'mfa'] }
    const there = newBrowser()
    assert.equal((await travel(there)).url.pathname, '/account')
    const claims = JSON.parse(Buffer.from(tokenOf(there).split('.')[1] ?? '', 'base64url').toString())
    assert.deepEqual([claims.amr, claims.acr], [['federated', 'mfa'], 'mfa'])
  })

  test('[D05] [D06] a sign-in is as old as it is at the provider, which is asked for a fresh one where that matters', async () => {
    const browser = await open()
    await signUp('otto@example.com')
    idp.twisted = { auth_time: Math.floor(Date.now() / 1000) - 7200 }
    await travel(browser)
    await travel(newBrowser())
    const old = await browser.submit(await browser.open('/account'), 'end_others')
    assert.equal(old.url.pathname, '/sign-in')
    assert.equal(old.url.searchParams.get('step_up'), 'yes')
    const link =
      old
        .tags('a')
        .find((tag) => tag.get('href')?.startsWith('/federation/'))
        ?.get('href') ?? ''
    assert.match(link, /step_up=yes/)
    // A provider that only says that it is the same old sign-in is not enough.
    assert.equal((await travel(browser, link)).status, 400)
    idp.twisted = {}
    const before = tokenOf(browser)
    // What was waiting for it goes on.
    assert.match((await travel(browser, link)).text, /1 session has ended/)
    const visit = idp.visits.at(-1)
    assert.deepEqual([visit?.get('prompt'), visit?.get('max_age')], ['login', '0'])
    assert.equal(await world.verdictOn(before), 'token_revoked')
    assert.equal((await world.ask('GET', '/v1/me', { token: tokenOf(browser) })).body.user.email, 'ann@idp.example')
    // Nobody else's identity confirms anything.
    idp.person = { sub: 'other', email: 'other@idp.example', email_verified: true }
    assert.equal((await travel(browser, link)).status, 403)
  })

  const logOut = async (claims: Readonly<Record<string, unknown>>, typ?: string) => sendLogout(await idp.logoutToken(claims, typ))
  const sendLogout = async (token: string) =>
    world.ask('POST', '/federation/idp/logout', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ logout_token: token, extra: 'x' }).toString(),
    })

  test('[D05] [B41] what ends at the provider ends here: one session or all of a person, at the very next request', async () => {
    const [one, two] = [await open(), newBrowser()]
    await travel(one)
    idp.person = { ...idp.person, sid: 'up-2' }
    await travel(two)
    const [first, second] = [tokenOf(one), tokenOf(two)]
    const answer = await logOut({ sid: 'up-1' })
    assert.deepEqual([answer.status, answer.text, answer.headers.get('cache-control')], [204, '', 'no-store'])
    assert.deepEqual([await world.verdictOn(first), await world.verdictOn(second)], ['token_revoked', '200'])
    assert.equal((await one.open('/account')).url.pathname, '/sign-in')
    await logOut({ sub: 'ann' })
    assert.equal(await world.verdictOn(second), 'token_revoked')
  })

  test('[D05] a logout token that is not right ends nothing, and a copy of one ends nothing that began since', async () => {
    const browser = await open()
    await travel(browser)
    const now = Math.floor(Date.now() / 1000)
    const wrong = [
      { nonce: 'n' },
      { events: {} },
      { events: undefined },
      { aud: 'other' },
      { iss: 'https://evil.example' },
      { sub: undefined },
      { exp: now - 3600, iat: now - 3700 },
      { iat: now + 3600 },
      { iat: now - 3700, exp: now + 3600 },
      { iat: now - 400, exp: undefined },
      { jti: undefined },
      { sub: 7 },
    ]
    for (const claims of wrong) {
      const answer = await logOut({ sub: 'ann', ...claims })
      assert.deepEqual([answer.status, answer.body.code], [401, 'federation_failed'], JSON.stringify(claims))
    }
    for (const typ of ['at+jwt', 'JWT', '']) assert.equal((await logOut({ sub: 'ann' }, typ)).status, 401, typ)
    idp.signsElsewhere = true
    assert.equal((await logOut({ sub: 'ann' })).status, 401)
    idp.signsElsewhere = false
    assert.equal((await sendLogout('no.token')).status, 401)
    assert.equal(await world.verdictOn(tokenOf(browser)), '200')
    const token = await idp.logoutToken({ sub: 'ann', jti: 'once' })
    assert.equal((await sendLogout(token)).status, 204)
    assert.equal(await world.verdictOn(tokenOf(browser)), 'token_revoked')
    await travel(browser)
    assert.equal((await sendLogout(token)).status, 204)
    assert.equal((await logOut({ sub: 'ann', jti: 'once' })).status, 204)
    assert.equal(await world.verdictOn(tokenOf(browser)), '200')
  })

  const CAEP = 'https://schemas.openid.net/secevent/caep/event-type'
  const RISC = 'https://schemas.openid.net/secevent/risc/event-type'
  const opaque = (id: string) => ({ format: 'opaque', id })
  /** What is told, and what becomes of Ann's two sessions and Bob's one, of which the first of Ann rests on `up-1`. */
  const toldOf: readonly (readonly [
    what: string,
    type: string,
    subject: (iss: string) => Readonly<Record<string, unknown>>,
    living: readonly string[],
  ])[] = [
    [
      'one session',
      `${CAEP}/session-revoked`,
      (iss) => ({ format: 'complex', user: { format: 'iss_sub', iss, sub: 'ann' }, session: opaque('up-1') }),
      ['ann 2', 'bob'],
    ],
    [
      'a session of somebody whose sessions there we do not know',
      `${CAEP}/session-revoked`,
      (iss) => ({ format: 'complex', user: { format: 'iss_sub', iss, sub: 'bob' }, session: opaque('up-9') }),
      ['ann 1', 'ann 2'],
    ],
    ['all sessions of a person', `${CAEP}/session-revoked`, (iss) => ({ format: 'iss_sub', iss, sub: 'ann' }), ['bob']],
    ['a changed credential', `${CAEP}/credential-change`, (iss) => ({ format: 'iss_sub', iss, sub: 'ann' }), ['bob']],
    ['a disabled account', `${RISC}/account-disabled`, (iss) => ({ subject_type: 'iss-sub', iss, sub: 'ann' }), ['bob']],
    ['what all of us hold', `${CAEP}/session-revoked`, () => ({ format: 'complex', application: opaque('countersign-here') }), []],
    [
      'what another application holds',
      `${CAEP}/session-revoked`,
      () => ({ format: 'complex', application: opaque('other') }),
      ['ann 1', 'ann 2', 'bob'],
    ],
    ['everybody', `${CAEP}/session-revoked`, (iss) => ({ format: 'complex', tenant: { format: 'uri', uri: iss } }), []],
    [
      'changed claims, none of which we keep',
      `${CAEP}/token-claims-change`,
      (iss) => ({ format: 'iss_sub', iss, sub: 'ann' }),
      ['ann 1', 'ann 2', 'bob'],
    ],
    [
      'somebody whom we do not know',
      `${CAEP}/session-revoked`,
      (iss) => ({ format: 'iss_sub', iss, sub: 'eve' }),
      ['ann 1', 'ann 2', 'bob'],
    ],
  ]
  test('[D05] [B41] what the provider tells in security events (CAEP, RISC) ends the sessions of whom it names, at the very next request', async () => {
    const audience = 'https://auth.example'
    world = await ServerWorld.open({ identityProviders: [idp.options()], securityEventTransmitters: [{ issuer: idp.url, audience }] })
    const people = [
      ['ann 1', { sub: 'ann', sid: 'up-1' }],
      ['ann 2', { sub: 'ann', sid: 'up-2' }],
      ['bob', { sub: 'bob', sid: undefined, email: 'bob@idp.example' }],
    ] as const
    const ann = idp.person
    for (const [what, type, subject, living] of toldOf) {
      const tokens = new Map<string, string>()
      for (const [name, person] of people) {
        idp.person = { ...ann, ...person }
        const browser = newBrowser()
        await travel(browser)
        tokens.set(name, tokenOf(browser))
      }
      const headers = { 'content-type': 'application/secevent+jwt' }
      const body = await idp.securityEvent(type, subject(idp.url), audience)
      assert.equal((await world.ask('POST', '/v1/security-events', { headers, body })).status, 202, what)
      const alive: string[] = []
      for (const [name, token] of tokens) if ((await world.verdictOn(token)) === '200') alive.push(name)
      assert.deepEqual(alive, living, what)
    }
  })

  test('[D05] a page of another site opens no session here: it leads to our own page, where a person has to ask for it', async () => {
    const browser = await open()
    for (const site of ['cross-site', 'same-site']) {
      const led = await browser.ask('/federation/idp?return_to=%2Faccount', { headers: { 'sec-fetch-site': site } })
      assert.deepEqual([led.status, led.headers.get('location')], [303, '/sign-in?return_to=%2Faccount'])
    }
    for (const site of ['same-origin', 'none']) {
      const asked = await browser.ask('/federation/idp', { headers: { 'sec-fetch-site': site } })
      assert.ok(asked.headers.get('location')?.startsWith(idp.url), site)
    }
  })

  test('[D05] an address that only UserInfo tells is taken from there', async () => {
    const browser = await open()
    idp.person = { sub: 'ann' }
    idp.told = { email: 'ann@idp.example', email_verified: true, name: 'Ann from there' }
    assert.equal((await travel(browser)).url.pathname, '/account')
    assert.equal((await userCalled('ann@idp.example')).name, 'Ann from there')
    idp.person = { sub: 'bea' }
    idp.told = { sub: 'ann', email: 'bea@idp.example', email_verified: true }
    assert.equal((await travel(newBrowser())).status, 400)
    assert.equal(await userCalled('bea@idp.example'), undefined)
  })

  test('[D05] whoever is suspended here stays outside, whatever the provider says', async () => {
    const browser = await open()
    await travel(browser)
    const user = await userCalled('ann@idp.example')
    await world.local('PATCH', `/v1/users/${user.id}`, { status: 'suspended' })
    const there = newBrowser()
    assert.equal((await travel(there)).status, 400)
    assert.equal(tokenOf(there), '')
  })
})

suite('providers as they are', () => {
  for (const { name, metadata, claims, vouches } of shapes) {
    test(`[D05] ${name}: its description is understood, and so is what it says of people`, async () => {
      await using idp = await IdentityProvider.open('RS256')
      const post = name.startsWith('appleid')
      idp.takesPost = post
      await using world = await ServerWorld.open({ identityProviders: [idp.options(post ? { client_authentication: 'post' } : {})] })
      idp.metadata = metadata
      idp.sendsIss = false
      idp.person = claims
      const travel = async (): Promise<ShownPage> => {
        const browser = new PageBrowser(world.url)
        return browser.open(await idp.visit((await browser.open('/federation/idp')).headers.get('location')))
      }
      const first = await travel()
      assert.equal(vouches ? first.url.pathname : first.status, vouches ? '/account' : 403)
      assert.equal((await travel()).url.pathname, vouches ? '/account' : '/federation/idp/callback')
      assert.equal((await world.local('GET', '/v1/users')).body.users.length, vouches ? 1 : 0)
    })
  }
})

suite('without other providers', () => {
  test('[D05] nothing of it is there', async () => {
    await using world = await ServerWorld.open()
    const browser = new PageBrowser(world.url)
    assert.doesNotMatch((await browser.open('/sign-in')).html, /federation/)
    for (const path of ['/federation/idp', '/federation/idp/callback?code=x', '/account/identities']) {
      assert.equal((await browser.open(path)).status, 404, path)
    }
  })
})
