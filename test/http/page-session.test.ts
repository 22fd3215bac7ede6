import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { systemPlatform, ManualClock } from 'countersign/core'
import { CookieBrowser } from './cookie-browser.ts'
import { PASSWORD, ServerWorld } from './server-world.ts'

const HTML = { headers: { accept: 'text/html' }, csrf: undefined }

suite('a page finds its session', () => {
  let world: ServerWorld
  let email: string
  before(async () => {
    world = await ServerWorld.open()
    ;({ email } = await world.person())
  })
  after(() => world[Symbol.asyncDispose]())

  async function signedIn(): Promise<CookieBrowser> {
    const browser = new CookieBrowser(world.url)
    assert.equal((await browser.send('POST', '/v1/sessions', { body: { email, password: PASSWORD, transport: 'cookie' } })).status, 201)
    return browser
  }

  test('[C05] by the access token, and renews nothing then', async () => {
    const browser = await signedIn()
    const { status, setCookies } = await browser.send('GET', '/account', HTML)
    assert.equal(status, 200)
    assert.ok(setCookies.every((cookie) => !cookie.includes('cs_refresh')))
  })

  test('[C05] by the refresh token once that is gone; all tabs at once get the same successor, and none is signed out', async () => {
    const browser = await signedIn()
    const before = browser.cookie('cs_refresh')
    browser.jar.delete('__Host-cs_access')
    const tabs = Array.from({ length: 10 }, () => browser.copy())
    const answers = await Promise.all(tabs.map((tab) => tab.send('GET', '/account', HTML)))
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
    assert.equal(new Set(tabs.map((tab) => tab.cookie('cs_refresh'))).size, 1)
    assert.notEqual(tabs[0]?.cookie('cs_refresh'), before)
    for (const tab of tabs) assert.equal((await tab.send('GET', '/v1/me')).status, 200)
  })

  test('[C05] by the refresh token when the access token was revoked, so that a new role is there without a new sign-in', async () => {
    const browser = await signedIn()
    const { user } = (await browser.send('GET', '/v1/me')).body
    assert.equal((await world.local('PATCH', `/v1/users/${user.id}`, { roles: ['staff'] })).status, 200)
    assert.equal((await browser.send('GET', '/v1/me')).body.code, 'token_revoked')
    assert.equal((await browser.send('GET', '/account', HTML)).status, 200)
    assert.deepEqual((await browser.send('GET', '/v1/me')).body.user.roles, ['staff'])
  })

  test('[C05] or finds nobody, and takes no cookie of a session away: the answer could come after a newer sign-in', async () => {
    const browser = await signedIn()
    await browser.copy().send('DELETE', '/v1/sessions/current')
    for (const jar of [
      browser.jar,
      new Map([['__Host-cs_access', 'x']]),
      new Map([['__Host-cs_refresh', 'x']]),
      new Map([['x', '1; __Host-cs_access=a.b.c; __Host-cs_access=a.b.c']]),
    ]) {
      const { status, headers, setCookies } = await new CookieBrowser(world.url, jar).send('GET', '/account', HTML)
      assert.equal(status, 303)
      assert.match(headers.get('location') ?? '', /^\/sign-in/)
      assert.ok(setCookies.every((cookie) => !/cs_(?:access|refresh|csrf|device)=/.test(cookie)))
    }
  })
})

test('[C05] an answer to a page that was lost is made up for within the overlap; a stolen cookie ends the session after it', async () => {
  const clock = new ManualClock(1_900_000_000_000)
  await using world = await ServerWorld.open({}, { ...systemPlatform, clock })
  const { email } = await world.person()
  const browser = new CookieBrowser(world.url)
  await browser.send('POST', '/v1/sessions', { body: { email, password: PASSWORD, transport: 'cookie' } })
  browser.jar.delete('__Host-cs_access')
  const before = browser.copy()
  assert.equal((await browser.send('GET', '/account', HTML)).status, 200)
  clock.advance(9_000)
  const late = before.copy()
  assert.equal((await late.send('GET', '/account', HTML)).status, 200)
  assert.equal(late.cookie('cs_refresh'), browser.cookie('cs_refresh'))
  clock.advance(2_000)
  assert.equal((await before.copy().send('GET', '/account', HTML)).status, 303)
  assert.equal((await browser.send('POST', '/v1/sessions/refresh', { body: {} })).body.code, 'refresh_invalid')
})
