// The console as the server hands it out: the document, its files, and who gets them.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { CookieBrowser } from './cookie-browser.ts'
import { PASSWORD, ServerWorld } from './server-world.ts'

const asPage = { headers: { accept: 'text/html' } }

suite('the console as it is served', () => {
  let world: ServerWorld
  let operator: CookieBrowser
  let staff: CookieBrowser

  before(async () => {
    world = await ServerWorld.open()
    ;[operator, staff] = await Promise.all([signedIn(['admin']), signedIn(['staff'])])
  })
  after(() => world[Symbol.asyncDispose]())

  const signedIn = async (roles: readonly string[]): Promise<CookieBrowser> => {
    const { email } = await world.person(roles)
    const browser = new CookieBrowser(world.url)
    const body = { email, password: PASSWORD, transport: 'cookie' }
    assert.equal((await browser.send('POST', '/v1/sessions', { body })).status, 201)
    return browser
  }
  const filesOf = (text: string): string[] => [...text.matchAll(/(?:href|src)="(file\/[^"]+)"/g)].map(([, path]) => `/console/${path}`)

  test('[J02] an operator gets the same document at every address of it, which names its files by what is in them', async () => {
    const { status, text, headers } = await operator.send('GET', '/console', asPage)
    assert.equal(status, 200)
    assert.match(text, /<base href="\/console\/">/)
    assert.match(text, /<div id="root"><\/div>/)
    assert.ok(!/<script(?![^>]* src=)|<style|style="/.test(text), 'nothing stands in the document itself')
    assert.match(headers.get('cache-control') ?? '', /no-store/)
    const policy = headers.get('content-security-policy') ?? ''
    assert.match(policy, /^default-src 'none'; style-src 'self'; script-src 'self';/)
    assert.ok(!/unsafe|\*|data:|https?:/.test(policy))
    for (const part of ["frame-ancestors 'none'", "form-action 'none'", "trusted-types 'none'"]) assert.ok(policy.includes(part), part)
    const deep = await operator.send('GET', '/console/users/usr_1?search=mira&status=active', asPage)
    assert.deepEqual([deep.status, deep.text], [200, text])
    assert.ok(filesOf(text).length >= 2, text)
  })

  test('[J02] its files are for ever, compressed for whoever takes that, and are no pages', async () => {
    const { text } = await operator.send('GET', '/console', asPage)
    for (const path of filesOf(text)) {
      const [plain, packed] = await Promise.all(
        ['identity', 'br, gzip;q=0.5'].map((encoding) => fetch(world.url + path, { headers: { 'accept-encoding': encoding } })),
      )
      assert.equal(plain?.status, 200)
      assert.equal(plain?.headers.get('content-encoding'), null)
      assert.equal(packed?.headers.get('content-encoding'), 'gzip')
      assert.equal(await packed?.text(), await plain?.text())
      assert.match(plain?.headers.get('cache-control') ?? '', /immutable/)
      assert.match(plain?.headers.get('content-security-policy') ?? '', /sandbox/)
      assert.equal(plain?.headers.get('vary'), 'Accept-Encoding')
      assert.match(plain?.headers.get('content-type') ?? '', path.endsWith('.css') ? /^text\/css/ : /^text\/javascript/)
    }
    const refused = await fetch(world.url + (filesOf(text)[0] ?? ''), { headers: { 'accept-encoding': 'gzip;q=0' } })
    assert.equal(refused.headers.get('content-encoding'), null)
    await refused.body?.cancel()
  })

  test('[J02] [I22] whoever is not signed in is led to the sign-in and back; whoever is no operator gets nothing of it', async () => {
    const stranger = await new CookieBrowser(world.url).send('GET', '/console/users?search=mira', asPage)
    assert.equal(stranger.status, 303)
    assert.equal(stranger.headers.get('location'), `/sign-in?return_to=${encodeURIComponent('/console/users?search=mira')}`)
    const refused = await staff.send('GET', '/console', asPage)
    assert.equal(refused.status, 403)
    assert.ok(!refused.text.includes('id="root"'))
    assert.match(refused.text, /role_insufficient/)
  })

  test('[J02] the account page leads operators to it, and nobody else', async () => {
    const [theirs, others] = await Promise.all([operator, staff].map((browser) => browser.send('GET', '/account', asPage)))
    assert.match(theirs?.text ?? '', /href="\/console"/)
    assert.ok(!others?.text.includes('/console'))
  })

  test('[J05] [J02] a file that is not there is not found, whatever its name; nothing but GET is understood', async () => {
    for (const name of ['none.js', '..%2f.vite%2fmanifest.json', '.vite', 'constructor', 'stamp']) {
      const { status, body } = await operator.send('GET', `/console/file/${name}`)
      assert.deepEqual([status, body.code], [404, 'not_found'], name)
    }
    for (const path of ['/console', '/console/users', '/console/file/none.js']) {
      const { status, headers } = await operator.send('POST', path, { body: {} })
      assert.deepEqual([status, headers.get('allow')?.includes('GET')], [405, true], path)
    }
  })

  test('[J02] behind a path of its host everything is found below that path', async () => {
    await using below = await ServerWorld.open({ issuer: 'http://127.0.0.1:4000/auth', brandAccent: '#7a1f5c' })
    const made = await below.local('POST', '/v1/users', { email: 'mira@example.com', password: PASSWORD, roles: ['admin'] })
    assert.equal(made.status, 201)
    const browser = new CookieBrowser(below.url)
    const body = { email: 'mira@example.com', password: PASSWORD, transport: 'cookie' }
    assert.equal((await browser.send('POST', '/v1/sessions', { body })).status, 201)
    const { text } = await browser.send('GET', '/console', asPage)
    assert.match(text, /<base href="\/auth\/console\/">/)
    const [, accent = ''] = /href="\/auth(\/assets\/accent-[^"]+)"/.exec(text) ?? []
    assert.match((await below.ask('GET', accent)).text, /--accent: light-dark\(#7a1f5c, /)
  })
})
