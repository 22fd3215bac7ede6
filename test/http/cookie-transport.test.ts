import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { CookieBrowser } from './cookie-browser.ts'
import { PASSWORD, ServerWorld } from './server-world.ts'

const signIn = (email: string, more: object = {}): object => ({ email, password: PASSWORD, transport: 'cookie', ...more })

async function signedIn(world: ServerWorld, email: string): Promise<CookieBrowser> {
  const browser = new CookieBrowser(world.url)
  const { status, text } = await browser.send('POST', '/v1/sessions', { body: signIn(email) })
  assert.equal(status, 201, text)
  return browser
}

suite('a session in cookies', () => {
  let world: ServerWorld
  let email: string
  before(async () => {
    world = await ServerWorld.open()
    ;({ email } = await world.person())
  })
  after(() => world[Symbol.asyncDispose]())

  test('[C02] a sign-in by cookie sets every cookie as browsers want it, and no token stands in the body', async () => {
    const browser = new CookieBrowser(world.url)
    const { status, body, text, setCookies } = await browser.send('POST', '/v1/sessions', { body: signIn(email) })
    assert.equal(status, 201)
    assert.deepEqual(Object.keys(body).sort(), ['csrf_token', 'expires_in', 'session', 'user'])
    // A service of the same domain compares the header with the cookie.
    assert.equal(body.csrf_token, browser.cookie('cs_csrf'))
    const [access = '', refresh = '', csrf = '', device = ''] = setCookies
    assert.match(access, /^__Host-cs_access=[\w.-]+; Path=\/; Max-Age=300; Secure; HttpOnly; SameSite=Lax$/)
    assert.match(refresh, /^__Host-cs_refresh=cs_rt_[\w.-]+; Path=\/; Max-Age=1209600; Secure; HttpOnly; SameSite=Lax$/)
    assert.match(csrf, /^__Host-cs_csrf=[\w.-]+; Path=\/; Max-Age=1209600; Secure; SameSite=Lax$/)
    assert.match(device, /^__Host-cs_device=[\w.-]+; Path=\/; Max-Age=34560000; Secure; HttpOnly; SameSite=Lax$/)
    assert.equal(setCookies.length, 4)
    for (const name of ['cs_access', 'cs_refresh', 'cs_device']) assert.ok(!text.includes(browser.cookie(name) as string))
    assert.ok(world.lines.every((line) => !line.includes(browser.cookie('cs_refresh') as string)))
  })

  test('[C02] the cookies take the place of the header, for reading and for changing', async () => {
    const browser = await signedIn(world, email)
    const me = await browser.send('GET', '/v1/me')
    assert.equal(me.status, 200)
    assert.equal(me.body.user.email, email)
    assert.equal((await browser.send('DELETE', '/v1/sessions?except=current')).status, 200)
    const sessions = await browser.send('GET', '/v1/sessions')
    assert.deepEqual(
      sessions.body.sessions.map(({ current }: { current: boolean }) => current),
      [true],
    )
  })

  test('[C02] a refresh by cookie sets successors, and answers without tokens', async () => {
    const browser = await signedIn(world, email)
    const before = new Map(browser.jar)
    const { status, body, setCookies } = await browser.send('POST', '/v1/sessions/refresh', { body: {} })
    assert.equal(status, 200)
    assert.deepEqual(Object.keys(body).sort(), ['csrf_token', 'expires_in', 'session', 'user'])
    assert.equal(setCookies.length, 3)
    for (const [name, value] of before) assert.equal(browser.jar.get(name) === value, name === '__Host-cs_device', name)
    assert.equal((await browser.send('GET', '/v1/me')).status, 200)
  })

  test('[C02] a sign-out by cookie ends the session, takes the cookies away, and leaves those of the device', async () => {
    const browser = await signedIn(world, email)
    const thief = browser.copy()
    const { status, setCookies } = await browser.send('DELETE', '/v1/sessions/current')
    assert.equal(status, 204)
    assert.equal(setCookies.length, 3)
    for (const cookie of setCookies) assert.match(cookie, /^__Host-cs_\w+=; Path=\/; Max-Age=0; Secure;/)
    assert.deepEqual([...browser.jar.keys()], ['__Host-cs_device'])
    assert.equal((await thief.send('GET', '/v1/me')).body.code, 'token_revoked')
    assert.equal((await thief.send('POST', '/v1/sessions/refresh', { body: {} })).body.code, 'refresh_invalid')
  })

  test('[C02] signing out everywhere, or the own session by its id, takes the cookies away; ending another one does not', async () => {
    const browser = await signedIn(world, email)
    const other = await signedIn(world, email)
    const { sessions } = (await browser.send('GET', '/v1/sessions')).body
    const idOf = (current: boolean): string => sessions.find((each: { current: boolean }) => each.current === current).id
    assert.deepEqual((await browser.send('DELETE', `/v1/sessions/${idOf(false)}`)).setCookies, [])
    assert.equal((await other.send('GET', '/v1/me')).status, 401)
    assert.equal((await browser.send('DELETE', `/v1/sessions/${idOf(true)}`)).setCookies.length, 3)
    const again = await signedIn(world, email)
    assert.equal((await again.send('DELETE', '/v1/sessions')).setCookies.length, 3)
    assert.deepEqual([...again.jar.keys()], ['__Host-cs_device'])
  })

  test('[C02] a sign-in ends the session that the browser had before, and no other; what is not ours ends nothing', async () => {
    const browser = await signedIn(world, email)
    const before = browser.copy()
    const elsewhere = await signedIn(world, email)
    assert.equal((await browser.send('POST', '/v1/sessions', { body: signIn(email) })).status, 201)
    assert.equal((await before.send('GET', '/v1/me')).body.code, 'token_revoked')
    for (const living of [browser, elsewhere]) assert.equal((await living.send('GET', '/v1/me')).status, 200)
    const forged = new CookieBrowser(world.url)
    forged.jar.set('__Host-cs_refresh', `${elsewhere.cookie('cs_refresh')?.slice(0, -12)}AAAAAAAAAAAA`)
    assert.equal((await forged.send('POST', '/v1/sessions', { body: signIn(email) })).status, 201)
    assert.equal((await elsewhere.send('GET', '/v1/me')).status, 200)
  })

  test('[C02] a change of the password gives the browser its new cookies', async () => {
    const person = await world.person()
    const browser = await signedIn(world, person.email)
    const before = browser.cookie('cs_access')
    const body = { current_password: PASSWORD, new_password: 'quite another one of mine' }
    const changed = await browser.send('PUT', '/v1/me/password', { body })
    assert.equal(changed.status, 200, changed.text)
    assert.equal(changed.body.access_token, undefined)
    assert.notEqual(browser.cookie('cs_access'), before)
    assert.equal((await browser.send('GET', '/v1/me')).status, 200)
  })

  test('[C05] of twenty tabs that refresh at once each gets the same successor, and none loses its cookies', async () => {
    const browser = await signedIn(world, email)
    const tabs = Array.from({ length: 20 }, () => browser.copy())
    const answers = await Promise.all(tabs.map((tab) => tab.send('POST', '/v1/sessions/refresh', { body: {} })))
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
    assert.equal(new Set(tabs.map((tab) => tab.cookie('cs_refresh'))).size, 1)
    for (const { setCookies } of answers) assert.ok(setCookies.every((cookie) => !cookie.includes('Max-Age=0')))
    for (const tab of tabs) assert.equal((await tab.send('GET', '/v1/me')).status, 200)
  })

  test('[C05] an answer to a refresh takes no cookie away, whatever it says: it could come after a newer sign-in', async () => {
    const browser = await signedIn(world, email)
    await browser.copy().send('DELETE', '/v1/sessions/current')
    const { status, setCookies } = await browser.send('POST', '/v1/sessions/refresh', { body: {} })
    assert.equal(status, 401)
    assert.deepEqual(setCookies, [])
  })

  test('[C02] a refresh without a token anywhere, and a sign-in by cookie that is bound to a key, are refused', async () => {
    const { status, body } = await new CookieBrowser(world.url).send('POST', '/v1/sessions/refresh', { body: {} })
    assert.deepEqual([status, body.code], [401, 'credential_missing'])
    for (const transport of ['cookies', '', null, 1]) {
      assert.equal((await new CookieBrowser(world.url).send('POST', '/v1/sessions', { body: signIn(email, { transport }) })).status, 400)
    }
  })

  test('[C04] the header comes before the cookie; two that differ, and a malformed one, are refused', async () => {
    const browser = await signedIn(world, email)
    const { access_token: other, refresh_token: otherRefresh } = await world.signIn(email)
    const own = browser.cookie('cs_access') as string
    const ask = async (authorization: string): Promise<string> => {
      const { status, body } = await browser.send('GET', '/v1/me', { headers: { authorization } })
      return status === 200 ? '200' : body.code
    }
    assert.equal(await ask(`Bearer ${own}`), '200')
    for (const header of [`Bearer ${other}`, 'Bearer', `Bearer ${own}x`, own, 'Basic dTpw'])
      assert.equal(await ask(header), 'credential_malformed')
    const twice = browser.copy()
    twice.jar.set('x', `1; __Host-cs_access=${own}`)
    assert.equal((await twice.send('GET', '/v1/me')).body.code, 'credential_malformed')
    const refresh = await browser.send('POST', '/v1/sessions/refresh', { body: { refresh_token: otherRefresh } })
    assert.equal(refresh.body.code, 'credential_malformed')
    assert.equal((await world.refresh(otherRefresh)).session.id.startsWith('ses_'), true)
  })

  test('[C02] a cookie of another name, or of the same name without its prefix, is no credential', async () => {
    const browser = await signedIn(world, email)
    const token = browser.cookie('cs_access') as string
    for (const name of ['cs_access', '__Secure-cs_access', '__host-cs_access', '__Host-cs_refresh']) {
      const stranger = new CookieBrowser(world.url, new Map([[name, token]]))
      assert.equal((await stranger.send('GET', '/v1/me')).body.code, 'credential_missing')
    }
  })
})

suite('the form of the cookies is configured', () => {
  test('[C02] opaque access tokens travel in cookies as others do', async () => {
    await using world = await ServerWorld.open({ accessTokenForm: 'opaque' })
    const { email } = await world.person()
    const browser = await signedIn(world, email)
    assert.equal((await browser.send('GET', '/v1/me')).status, 200)
    assert.equal((await browser.send('POST', '/v1/sessions/refresh', { body: {} })).status, 200)
    assert.equal((await browser.send('DELETE', '/v1/sessions/current')).status, 204)
  })

  test('[C02] a readable access token is copied into the header, which needs no CSRF token; the refresh token stays hidden', async () => {
    await using world = await ServerWorld.open({ cookieForm: 'readable-access', cookieSameSite: 'strict' })
    const { email } = await world.person()
    const browser = new CookieBrowser(world.url)
    const { setCookies } = await browser.send('POST', '/v1/sessions', { body: signIn(email) })
    const [access = '', refresh = '', csrf = ''] = setCookies
    assert.match(access, /; Secure; SameSite=Strict$/)
    assert.match(refresh, /; Secure; HttpOnly; SameSite=Strict$/)
    assert.match(csrf, /; Secure; SameSite=Strict$/)
    const authorization = `Bearer ${browser.cookie('cs_access')}`
    assert.equal((await browser.send('DELETE', '/v1/sessions?except=current', { csrf: undefined })).body.code, 'csrf_refused')
    assert.equal((await browser.send('DELETE', '/v1/sessions?except=current', { csrf: undefined, headers: { authorization } })).status, 200)
    const out = await browser.send('DELETE', '/v1/sessions/current', { csrf: undefined, headers: { authorization } })
    assert.equal(out.status, 204)
    assert.deepEqual([...browser.jar.keys()], ['__Host-cs_device'])
  })

  test('[C02] on a plain host of a developer’s network cookies have neither prefix nor Secure', async () => {
    await using world = await ServerWorld.open({ issuer: 'http://auth.home.arpa' })
    const { email } = await world.person()
    const { setCookies } = await new CookieBrowser(world.url).send('POST', '/v1/sessions', { body: signIn(email) })
    assert.match(setCookies[0] ?? '', /^cs_access=[\w.-]+; Path=\/; Max-Age=300; HttpOnly; SameSite=Lax$/)
    assert.match(setCookies[1] ?? '', /^cs_refresh=[\w.-]+; Path=\/; Max-Age=1209600; HttpOnly; SameSite=Lax$/)
  })

  for (const issuer of [
    'http://localhost:4000',
    'http://app.localhost',
    'http://127.0.0.1:4000',
    'http://[::1]:4000',
    'https://auth.example.com',
  ]) {
    test(`[C02] at ${issuer} they have both`, async () => {
      await using world = await ServerWorld.open({ issuer })
      const { email } = await world.person()
      const { setCookies } = await new CookieBrowser(world.url).send('POST', '/v1/sessions', { body: signIn(email) })
      assert.equal(setCookies.length, 4)
      for (const cookie of setCookies) assert.match(cookie, /^__Host-cs_\w+=.*; Secure;/)
    })
  }

  test('[C02] with a domain, the access and the CSRF token are for its hosts, and the refresh token for none but ours', async () => {
    await using world = await ServerWorld.open({ issuer: 'https://auth.example.com', cookieDomain: 'example.com' })
    const { email } = await world.person()
    const browser = new CookieBrowser(world.url)
    const { setCookies } = await browser.send('POST', '/v1/sessions', { body: signIn(email) })
    assert.match(
      setCookies[0] ?? '',
      /^__Secure-cs_access=[\w.-]+; Path=\/; Domain=example\.com; Max-Age=300; Secure; HttpOnly; SameSite=Lax$/,
    )
    assert.match(setCookies[1] ?? '', /^__Host-cs_refresh=[\w.-]+; Path=\/; Max-Age=1209600; Secure; HttpOnly; SameSite=Lax$/)
    assert.match(setCookies[2] ?? '', /^__Secure-cs_csrf=[\w.-]+; Path=\/; Domain=example\.com; Max-Age=1209600; Secure; SameSite=Lax$/)
    const out = await browser.send('DELETE', '/v1/sessions/current')
    assert.match(out.setCookies[0] ?? '', /^__Secure-cs_access=; Path=\/; Domain=example\.com; Max-Age=0; Secure;/)
    assert.deepEqual([...browser.jar.keys()], ['__Host-cs_device'])
  })

  test('[C02] a token that fits in no cookie is refused with what to change, and leaves no session behind', async () => {
    await using world = await ServerWorld.open()
    const { email, user } = await world.person(Array.from({ length: 60 }, (_, index) => `role-${index}-${'x'.repeat(50)}`))
    const { status, body, setCookies } = await new CookieBrowser(world.url).send('POST', '/v1/sessions', { body: signIn(email) })
    assert.deepEqual([status, body.code], [409, 'cookie_too_large'])
    assert.match(body.title, /fewer roles/)
    assert.deepEqual(setCookies, [])
    const { access_token } = await world.signIn(email)
    const { body: list } = await world.ask('GET', '/v1/sessions', { token: access_token })
    // The one that the test has opened to begin with, and this one.
    assert.equal(list.sessions.length, 2, user.id)
  })
})
