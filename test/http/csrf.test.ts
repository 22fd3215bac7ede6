import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { operations } from '../../packages/server/src/server/route-table.ts'
import { type BrowserRequest, CookieBrowser } from './cookie-browser.ts'
import { PASSWORD, ServerWorld } from './server-world.ts'

const safe: ReadonlySet<string> = new Set(['GET', 'HEAD'])
const address = (path: string): string => path.replace(/\{\w+\}/g, 'usr_AAAAAAAAAAAAAAAAAAAAAA')
const APP = 'https://app.example.com'

/** What browsers say of pages that are not ours, and what they cannot help saying. */
const foreignPages: ReadonlyArray<readonly [name: string, headers: Readonly<Record<string, string>>]> = [
  ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
  ['a sibling domain', { 'sec-fetch-site': 'same-site', origin: 'https://blog.example.com' }],
  ['another port', { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:1' }],
  ['a sandboxed frame', { 'sec-fetch-site': 'cross-site', origin: 'null' }],
  ['an old browser on another site', { origin: 'https://evil.example' }],
  ['an old browser in a sandboxed frame', { origin: 'null' }],
  ['an origin that ends like an allowed one', { 'sec-fetch-site': 'cross-site', origin: 'https://evil-app.example.com' }],
  ['an origin that begins like an allowed one', { 'sec-fetch-site': 'cross-site', origin: `${APP}.evil.example` }],
  ['an allowed origin without TLS', { 'sec-fetch-site': 'cross-site', origin: 'http://app.example.com' }],
  ['an allowed origin in capitals', { 'sec-fetch-site': 'cross-site', origin: 'https://APP.example.com' }],
  ['a page of which nothing can be known', { 'sec-fetch-site': 'unheard-of' }],
]

suite('a request that another site makes a browser send', () => {
  let world: ServerWorld
  let browser: CookieBrowser
  let other: CookieBrowser
  let email: string
  before(async () => {
    world = await ServerWorld.open({ origins: APP })
    ;({ email } = await world.person(['admin']))
    browser = await signedIn()
    other = await signedIn()
  })
  after(() => world[Symbol.asyncDispose]())

  async function signedIn(who: string = email): Promise<CookieBrowser> {
    const fresh = new CookieBrowser(world.url)
    assert.equal((await fresh.send('POST', '/v1/sessions', { body: { email: who, password: PASSWORD, transport: 'cookie' } })).status, 201)
    return fresh
  }

  async function refused(method: string, path: string, request: BrowserRequest): Promise<void> {
    const { status, body, setCookies, headers } = await browser.copy().send(method, path, request)
    assert.deepEqual([status, body.code], [403, 'csrf_refused'], `${method} ${path}`)
    assert.deepEqual(setCookies, [])
    assert.equal(headers.get('www-authenticate'), null)
  }

  for (const operation of operations.filter(
    ({ method, authority }) => !safe.has(method) && authority !== 'public' && authority !== 'service',
  )) {
    test(`[C03] ${operation.method} ${operation.path} needs the token of the session beside the cookie`, async () => {
      const path = address(operation.path)
      const body = operation.body === undefined ? undefined : {}
      for (const csrf of [undefined, other.cookie('cs_csrf')]) await refused(operation.method, path, { body, csrf })
      for (const [, headers] of foreignPages.slice(0, 2)) await refused(operation.method, path, { body, headers })
    })
  }

  test('[C03] nothing that looks like the token of the session is taken for it, and no page that looks like ours', async () => {
    for (const csrf of ['', 'x', `${browser.cookie('cs_csrf')}x`, `${browser.cookie('cs_csrf')}, ${browser.cookie('cs_csrf')}`]) {
      await refused('DELETE', '/v1/sessions/current', { csrf })
    }
    for (const [, headers] of foreignPages) await refused('DELETE', '/v1/sessions/current', { headers })
  })

  test('[C03] our own pages, and those of the origins that are allowed, may do what their token is for', async () => {
    const page = await signedIn((await world.person()).email)
    for (const headers of [
      {},
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'same-origin', origin: world.url },
      // A page that sends no referrer: browsers hide the origin then, and say where it comes from all the same.
      { 'sec-fetch-site': 'same-origin', origin: 'null' },
      { 'sec-fetch-site': 'same-site', origin: APP },
      { origin: world.url },
    ]) {
      assert.equal((await page.send('DELETE', '/v1/sessions?except=current', { headers })).status, 200, JSON.stringify(headers))
    }
  })

  test('[C03] reading needs no token, wherever it is asked for', async () => {
    for (const [, headers] of foreignPages)
      assert.equal((await browser.copy().send('GET', '/v1/me', { csrf: undefined, headers })).status, 200)
    assert.equal((await browser.copy().send('HEAD', '/v1/me', { csrf: undefined })).status, 200)
  })

  test('[C03] whoever sends the token in the header needs no CSRF token', async () => {
    const { access_token: token } = await world.signIn(email)
    const { status } = await world.ask('DELETE', '/v1/sessions/current', {
      token,
      headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    })
    assert.equal(status, 204)
  })

  for (const [name, headers] of foreignPages) {
    test(`[C03] nobody is signed in by cookie from ${name}`, async () => {
      const fresh = new CookieBrowser(world.url)
      const { status, body, setCookies } = await fresh.send('POST', '/v1/sessions', {
        headers,
        body: { email, password: PASSWORD, transport: 'cookie' },
      })
      assert.deepEqual([status, body.code, setCookies], [403, 'csrf_refused', []])
    })
  }

  test('[C03] nobody is signed in by what a form of another site can send', async () => {
    const body = JSON.stringify({ email, password: PASSWORD, transport: 'cookie' })
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/plain; application/json',
      '',
    ]) {
      const { status, setCookies } = await new CookieBrowser(world.url).send('POST', '/v1/sessions', {
        body,
        headers: { 'content-type': type },
      })
      assert.equal(status, 415, type)
      assert.deepEqual(setCookies, [])
    }
  })

  test('[C03] a refresh by cookie needs the token, or a browser’s word that our page asks', async () => {
    const page = await signedIn()
    const refresh = async (request: BrowserRequest): Promise<number> =>
      (await page.send('POST', '/v1/sessions/refresh', { body: {}, ...request })).status
    const before = page.cookie('cs_refresh')
    for (const csrf of [undefined, '', 'x', browser.cookie('cs_csrf')]) assert.equal(await refresh({ csrf }), 403)
    for (const [name, headers] of foreignPages) {
      assert.equal(await refresh({ headers }), 403, name)
      assert.equal(await refresh({ headers, csrf: undefined }), 403, name)
    }
    assert.equal(page.cookie('cs_refresh'), before)
    assert.equal(await refresh({}), 200)
    assert.equal(await refresh({ csrf: undefined, headers: { 'sec-fetch-site': 'same-origin' } }), 200)
    assert.equal(await refresh({ csrf: undefined, headers: { origin: APP, 'sec-fetch-site': 'same-site' } }), 200)
    assert.equal(await refresh({ csrf: 'x', headers: { 'sec-fetch-site': 'same-origin' } }), 403)
  })

  test('[C03] the token of a session dies with it, and one of another server’s secret is none', async () => {
    const [page, next] = [await signedIn(), await signedIn()]
    const token = page.cookie('cs_csrf')
    assert.equal((await page.send('DELETE', '/v1/sessions/current')).status, 204)
    assert.equal((await next.copy().send('DELETE', '/v1/sessions/current', { csrf: token })).status, 403)
    await using stranger = await ServerWorld.open()
    const person = await stranger.person()
    const elsewhere = new CookieBrowser(stranger.url)
    await elsewhere.send('POST', '/v1/sessions', { body: { email: person.email, password: PASSWORD, transport: 'cookie' } })
    assert.equal((await next.copy().send('DELETE', '/v1/sessions/current', { csrf: elsewhere.cookie('cs_csrf') })).status, 403)
    assert.equal((await next.send('DELETE', '/v1/sessions/current')).status, 204)
  })

  test('[C03] no token, cookie or CSRF token stands in the log', () => {
    for (const value of browser.jar.values()) assert.ok(world.lines.every((line) => !line.includes(value)))
    assert.ok(world.lines.some((line) => line.includes('"csrf_refused"')))
  })
})

test('[C03] a token outlives the replacement of the master secret while the old one is in the list', async () => {
  const [older, newer] = ['Zk3vQ9xT1mLr8wYd0sBn5hGc2jKf7pVaEuOiXt4RqWy6', 'q7LmN2bVc8XzA5sDf1GhJ4kPo9IuYt3ReWq6TyUiOp0']
  const world = await ServerWorld.open({ secret: older })
  const { email } = await world.person()
  const browser = new CookieBrowser(world.url)
  await browser.send('POST', '/v1/sessions', { body: { email, password: PASSWORD, transport: 'cookie' } })
  const token = browser.cookie('cs_csrf')
  await world.stop()
  const both = await ServerWorld.openIn(world.folder, { secret: `${newer},${older}`, port: world.port, issuer: world.url })
  assert.equal((await browser.send('POST', '/v1/sessions/refresh', { body: {}, csrf: token })).status, 200)
  const renewed = browser.cookie('cs_csrf')
  assert.notEqual(renewed, token)
  await both[Symbol.asyncDispose]()
})
