import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { CONSENT_PATH } from '../../packages/server/src/oauth/index.ts'
import { oauthPages } from '../../packages/server/src/server/page/oauth/page-table.ts'
import { pages } from '../../packages/server/src/server/page/page-table.ts'
import { createCountersign } from '../../packages/server/src/index.ts'
import { clientAsks } from './client-request.ts'
import { PageBrowser, type ShownPage } from './page-browser.ts'
import { PASSWORD, ServerWorld } from './server-world.ts'

/** The table of pages meets the table of attacks: a new page is attacked without a line here. */

const SCRIPT = '"><script>alert(1)</script><img src=x onerror=alert(2)>\''
const FORM = 'application/x-www-form-urlencoded'

const brokenForms: ReadonlyArray<readonly [name: string, body: string, contentType: string, status: number, code: string]> = [
  ['JSON', '{"form":"sign_in"}', 'application/json', 415, 'content_type_unsupported'],
  ['text', 'form=sign_in', 'text/plain', 415, 'content_type_unsupported'],
  ['multipart', '--x--', 'multipart/form-data; boundary=x', 415, 'content_type_unsupported'],
  ['nothing', '', FORM, 403, 'csrf_refused'],
  ['a field twice', 'form=a&form=b', FORM, 400, 'request_invalid'],
  ['a broken percent-encoding', 'form=%zz', FORM, 400, 'request_invalid'],
  ['broken UTF-8', 'form=%c3%28', FORM, 400, 'request_invalid'],
  ['NUL', 'form=%00', FORM, 400, 'request_invalid'],
  ['70 kB', `form=${'x'.repeat(70_000)}`, FORM, 413, 'content_too_large'],
  ['a form that no page has', 'form=__proto__', FORM, 403, 'csrf_refused'],
]

suite('hosted pages under attack', () => {
  let world: ServerWorld
  let browser: PageBrowser
  const email = 'attacked@example.com'
  /** What an application sends people to: without it there is nothing to consent to. */
  let asked: string
  /** In somebody's browser. */
  const readyFor = async (path: string, visitor: PageBrowser): Promise<void> => {
    if (path === CONSENT_PATH) await visitor.open(asked)
  }

  before(async () => {
    world = await ServerWorld.open({
      oauth: true,
      brandName: `Harbour & <Foods>`,
      origins: ['https://orders.example'],
      identityProviders: [{ id: 'idp', issuer: 'https://idp.example', client_id: 'us', name: SCRIPT }],
    })
    asked = await clientAsks(world, SCRIPT)
    browser = new PageBrowser(world.url, { 'user-agent': `Evil/1 ${SCRIPT}` })
    const page = await browser.submit(await browser.open('/sign-up'), 'sign_up', { name: SCRIPT, email, password: PASSWORD })
    assert.equal(page.url.pathname, '/account')
    const other = new PageBrowser(world.url, { 'user-agent': `Other/1 ${SCRIPT}` })
    await other.submit(await other.open('/sign-in'), 'sign_in', { email, password: PASSWORD })
  })
  after(() => world[Symbol.asyncDispose]())

  const livingSessions = async (): Promise<number> =>
    (await browser.open('/account')).html.match(/<li class="item">[\s\S]*?last used/g)?.length ?? 0

  /** What a page must never be, whatever it shows. */
  function assertSound(page: ShownPage, locale: string): void {
    const { html, headers } = page
    const where = `${page.url.pathname} ${locale}`
    const policy = headers.get('content-security-policy') ?? ''
    assert.match(
      policy,
      /^default-src 'none'; style-src 'nonce-[\w-]{22}'; script-src 'nonce-[\w-]{22}'; img-src 'self'; (?:connect-src 'self'; )?form-action 'self' https:\/\/orders\.example; /,
      where,
    )
    assert.doesNotMatch(policy, /'unsafe|\*|data:|http:/, where)
    assert.match(policy, /frame-ancestors 'none'; base-uri 'none'/, where)
    assert.equal(headers.get('content-type'), 'text/html; charset=utf-8', where)
    assert.equal(headers.get('cache-control'), 'no-store', where)
    assert.equal(headers.get('referrer-policy'), 'same-origin', where)
    assert.equal(headers.get('x-content-type-options'), 'nosniff', where)
    assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin', where)
    const tags = html.match(/<[^>]*>/g) ?? []
    const scripts = page.tags('script')
    assert.ok(scripts.length <= 1, where)
    for (const script of scripts) {
      assert.match(script.get('src') ?? '', /^\/assets\/passkey-[\w-]{12}\.js$/, where)
      assert.ok(policy.includes(`'nonce-${script.get('nonce')}'`), where)
    }
    assert.equal(policy.includes("connect-src 'self'"), scripts.length === 1, where)
    assert.doesNotMatch(html, /<script(?! nonce="[\w-]{22}" src="\/assets\/[\w.-]+" defer><\/script>)/, where)
    for (const tag of tags) {
      assert.doesNotMatch(tag.replace(/="[^"]*"/g, '=""'), /^<(?:Foods|img src=x)|\s(?:on\w+|style)=/i, where)
      assert.doesNotMatch(tag, /\s(?:href|src|action)="\s*(?:javascript|data):/i, where)
    }
    assert.doesNotMatch(html, /\b(?:cs_(?:rt|at|dev|svc|master)_[\w-]{22}|eyJ[\w-]+\.eyJ)/, where)
    assert.ok(!html.includes(PASSWORD), where)
    for (const link of [...page.tags('link'), ...page.tags('img')])
      assert.match(link.get('href') ?? link.get('src') ?? '', /^\/assets\//, where)
    assert.equal(page.tags('html')[0]?.get('lang'), locale, where)
  }

  /** What everybody needs to use it: with a screen reader, by keyboard, on a phone (WCAG 2.2). */
  function assertAccessible(page: ShownPage): void {
    const { html, url } = page
    const where = url.pathname
    assert.equal(page.tags('h1').length, 1, where)
    assert.equal(page.tags('main').length, 1, where)
    assert.match(html, /<title>[^<]{3,}<\/title>/, where)
    assert.match(html, /<a class="skip" href="#main">[^<]+<\/a>/, where)
    assert.equal(
      page
        .tags('meta')
        .find((meta) => meta.get('name') === 'viewport')
        ?.get('content'),
      'width=device-width, initial-scale=1',
      where,
    )
    const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)
    assert.equal(new Set(ids).size, ids.length, `${where}: ${ids.join(' ')}`)
    const labelled = page.tags('label').map((label) => label.get('for'))
    for (const input of page.tags('input')) {
      if (input.get('type') === 'hidden' || input.has('hidden')) continue
      assert.ok(labelled.includes(input.get('id')), `${where}: ${input.get('name')} has no label`)
      assert.ok(input.has('autocomplete') && !input.has('placeholder'), where)
      for (const id of input.get('aria-describedby')?.split(' ') ?? []) assert.ok(ids.includes(id), `${where}: ${id}`)
    }
    for (const [, target] of html.matchAll(/href="#([^"]+)"/g)) assert.ok(ids.includes(target), `${where}: ${target}`)
    for (const [, target] of html.matchAll(/aria-labelledby="([^"]+)"/g)) assert.ok(ids.includes(target), `${where}: ${target}`)
    for (const [, label] of html.matchAll(/<button\b[^>]*>([\s\S]*?)<\/button>/g)) assert.ok(label?.trim() !== '', where)
  }

  test('there are pages to attack', () => assert.ok(pages.length >= 8))

  for (const { path, forms, methods } of [...pages, ...oauthPages]) {
    for (const locale of ['en', 'de']) {
      test(`[J02] ${path} is sound and accessible in ${locale}, for whoever is signed in and for everybody else`, async () => {
        for (const visitor of [browser, new PageBrowser(world.url)]) {
          await readyFor(path, visitor)
          const page = await visitor.open(`${path}?lang=${locale}`)
          assert.equal(page.status, 200)
          assertSound(page, locale)
          assertAccessible(page)
        }
      })
    }

    test(`${path} answers HEAD as GET without a body, and nothing but its methods`, async () => {
      const [head, get] = [await browser.ask(path, { method: 'HEAD' }), await browser.ask(path)]
      assert.deepEqual([head.status, head.html], [get.status, ''])
      for (const method of ['PUT', 'DELETE', 'PATCH', ...(methods.includes('POST') ? [] : ['POST'])]) {
        const refused = await browser.ask(path, { method })
        assert.equal(refused.status, 405, method)
        assert.deepEqual(
          refused.headers.get('allow')?.split(', ').sort(),
          ['GET', 'HEAD', ...methods.filter((each) => each !== 'GET')].sort(),
        )
      }
    })

    test(`${path} refuses a query that it does not have, and shows none of it`, async () => {
      for (const query of [
        'flash=Your+account+was+hacked-by-mallory',
        'lang=en&error=hacked-by-mallory',
        'return_to=/a&return_to=/hacked-by-mallory',
        '__proto__=hacked-by-mallory',
      ]) {
        const page = await browser.ask(`${path}?${query}`)
        assert.equal(page.status, 400, query)
        assertSound(page, page.headers.get('content-language') ?? '')
        assert.ok(!page.html.replaceAll(/hreflang="\w+" href="[^"]+"/g, '').includes('hacked-by-mallory'), query)
      }
    })

    if (!methods.includes('POST')) continue
    for (const [name, body, contentType, status, code] of brokenForms) {
      test(`${path} refuses a form that is ${name}`, async () => {
        const page = await browser.ask(path, {
          method: 'POST',
          body,
          headers: { 'content-type': contentType, 'sec-fetch-site': 'same-origin' },
        })
        assert.equal(page.status, status)
        assert.ok(page.text.includes(`Code ${code}, `), page.text)
        assert.ok(page.html.length < 16_000, 'the answer repeats what was sent')
      })
    }

    for (const form of Object.keys(forms)) {
      test(`[J02] the form ${form} of ${path} is refused without its token, with another one, and from elsewhere`, async () => {
        const before = await livingSessions()
        const own = /name="csrf" value="([^"]+)"/.exec((await browser.open('/account')).html)?.[1] ?? ''
        const visitors = /name="csrf" value="([^"]+)"/.exec((await new PageBrowser(world.url).open('/sign-in')).html)?.[1] ?? ''
        const strangers = new PageBrowser(world.url)
        const strangersPage = await strangers.submit(await strangers.open('/sign-up'), 'sign_up', {
          email: `csrf${Math.abs(path.length * 31 + form.length)}${form}@example.com`,
          password: PASSWORD,
        })
        const foreign = /name="csrf" value="([^"]+)"/.exec(strangersPage.html)?.[1] ?? ''
        assert.ok(own !== '' && visitors !== '' && foreign !== '')
        const filled = { form, email: 'mail@elsewhere.example', password: PASSWORD, session: 'ses_x', code: '000000' }
        const attempts: ReadonlyArray<readonly [csrf: string | undefined, headers: Record<string, string>]> = [
          [undefined, {}],
          ['', {}],
          ['x', {}],
          [`${own}x`, {}],
          [visitors, {}],
          [foreign, {}],
          [own, { 'sec-fetch-site': 'cross-site' }],
          [own, { 'sec-fetch-site': 'same-site' }],
          [own, { 'sec-fetch-site': 'none', origin: 'https://evil.example' }],
          [own, { 'sec-fetch-site': 'none', origin: 'null' }],
        ]
        for (const [csrf, headers] of attempts) {
          const answer = await browser.post(path, csrf === undefined ? filled : { ...filled, csrf }, headers)
          // Whoever is signed in already is led away from the pages of signing in: nothing else happens there.
          if (answer.status !== 303) assert.equal(answer.status, 403)
          else assert.match(answer.headers.get('location') ?? '', /^\/account$|^\/sign-in(?:\?|$)/)
          assert.ok(!answer.html.includes('elsewhere.example'), 'what another site has filled in is shown')
          assert.ok(!answer.headers.getSetCookie().some((line) => line.includes('cs_refresh=')))
        }
        assert.equal(await livingSessions(), before)
      })

      test(`${path} refuses a field that the form ${form} does not have`, async () => {
        const page = await browser.open('/account')
        const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? ''
        const answer = await browser.post(path, { form, csrf, is_admin: 'true' })
        if (answer.status === 303) assert.match(answer.headers.get('location') ?? '', /^\/account$|^\/sign-in/)
        else assert.equal(answer.status, 400)
        assert.equal((await browser.open('/account')).status, 200)
      })
    }
  }

  test('[J02] scripts in name, address and user agent are text on every page that shows them', async () => {
    const account = await browser.open('/account?lang=en')
    assert.ok(account.text.includes(SCRIPT))
    const visitor = new PageBrowser(world.url)
    for (const typed of [SCRIPT, `${SCRIPT}@example.com`]) {
      for (const [path, form] of [
        ['/sign-in', 'sign_in'],
        ['/sign-up', 'sign_up'],
      ] as const) {
        const page = await visitor
          .submit(await visitor.open(path), form, { email: typed, name: SCRIPT, password: 'wrong password' })
          .catch(() => undefined)
        assert.ok(page !== undefined)
        assert.doesNotMatch(page.html, /<script>|<img src=x/)
      }
      const filled = await visitor.submit(await visitor.open('/sign-up'), 'sign_up', { email: typed, name: SCRIPT, password: 'short' })
      assert.equal(filled.form('sign_up').fields.get('name'), SCRIPT)
      assert.equal(filled.form('sign_up').fields.get('email'), typed)
    }
  })

  test('[J02] nobody is signed in by another site: without the token of this very browser the right password does nothing', async () => {
    const csrfOf = async (visitor: PageBrowser): Promise<string> =>
      (await visitor.open('/sign-in')).form('sign_in').fields.get('csrf') ?? ''
    const visitor = new PageBrowser(world.url)
    const own = await csrfOf(visitor)
    const fields = { form: 'sign_in', email, password: PASSWORD }
    const attempts: ReadonlyArray<readonly [csrf: string, headers: Record<string, string>]> = [
      ['', {}],
      [await csrfOf(new PageBrowser(world.url)), {}],
      [own, { 'sec-fetch-site': 'cross-site' }],
      [own, { 'sec-fetch-site': '', origin: 'https://evil.example' }],
    ]
    for (const [csrf, headers] of attempts) {
      const answer = await visitor.post('/sign-in', { ...fields, csrf }, headers)
      assert.equal(answer.status, 403)
      assert.match(answer.text, /Please send it again\./)
      assert.equal(answer.form('sign_in').fields.get('email'), '')
      assert.ok(!visitor.cookies.has('__Host-cs_refresh'))
    }
    assert.equal((await visitor.post('/sign-in', { ...fields, csrf: own })).headers.get('location'), '/account')
    assert.ok(visitor.cookies.has('__Host-cs_refresh'))
  })

  test('each answer has a nonce of its own', async () => {
    const nonces = await Promise.all([1, 2, 3].map(async () => /nonce="([^"]+)"/.exec((await browser.open('/account')).html)?.[1]))
    assert.equal(new Set(nonces).size, 3)
  })

  test('what is told once is told by us: a cookie that somebody made up says nothing', async () => {
    for (const value of ['signed_out', 'x'.repeat(4000), browser.cookies.get('__Host-cs_csrf') ?? '']) {
      const visitor = new PageBrowser(world.url)
      visitor.cookies.set('__Host-cs_flash', value)
      const page = await visitor.open('/sign-in')
      assert.equal(page.status, 200)
      assert.doesNotMatch(page.html, /role="status"/)
    }
  })

  test('cookies that nobody has set rightly get a page all the same', async () => {
    for (const cookie of [
      '__Host-cs_access=x; __Host-cs_access=y',
      '__Host-cs_lang=a; __Host-cs_lang=b',
      '__Host-cs_visit=<script>',
      '=;;=',
      '__Host-cs_refresh=cs_rt_x',
    ]) {
      const response = await fetch(`${world.url}/sign-in`, { headers: { cookie, accept: 'text/html' }, redirect: 'manual' })
      const html = await response.text()
      assert.ok([200, 400].includes(response.status), `${cookie}: ${response.status}`)
      assert.match(html, /<h1>/)
      assert.doesNotMatch(html, /<script>/)
    }
  })

  test('what is not there is a page for people and a document for programs', async () => {
    const page = await new PageBrowser(world.url).ask('/nothing/here')
    assert.equal(page.status, 404)
    assert.match(page.text, /There is nothing here/)
    assertSound(page, 'en')
    assertAccessible(page)
    for (const [path, accept] of [
      ['/nothing', 'application/json'],
      ['/nothing', '*/*'],
    ] as const) {
      const response = await fetch(world.url + path, { headers: { accept } })
      assert.deepEqual([response.status, response.headers.get('content-type')], [404, 'application/problem+json'])
    }
  })

  test('files of the pages may be kept for ever, and there are no others', async () => {
    const page = await browser.open('/account')
    const paths = [...page.html.matchAll(/href="(\/assets\/[^"]+)"/g)].map(([, path]) => path ?? '')
    assert.ok(paths.length >= 2)
    for (const path of paths) {
      const response = await fetch(world.url + path)
      assert.equal(response.status, 200)
      assert.equal(response.headers.get('cache-control'), 'public, max-age=31536000, immutable')
      assert.match(response.headers.get('content-type') ?? '', /^(?:text\/css; charset=utf-8|image\/svg\+xml)$/)
      assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'.*sandbox/)
      await response.body?.cancel()
    }
    for (const path of ['/assets/style.css', '/assets/..%2f..%2fetc%2fpasswd', '/assets/__proto__']) {
      assert.equal((await fetch(world.url + path)).status, 404, path)
    }
  })

  test('nothing of a password, a code or a cookie is in the log', () => {
    const log = world.lines.join('\n')
    for (const secret of [PASSWORD, ...browser.cookies.values()]) assert.ok(secret === 'de' || secret === 'en' || !log.includes(secret))
  })
})

suite('the brand of the hosted pages', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cs-brand-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const file = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }
  const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0)
  const secret = 'Zk3wq9TtVb1LxYp8Rc5NmE2sHj7GfDa4UiOo6BvCl0Q='

  for (const [name, content, type] of [
    [
      'logo.svg',
      '<?xml version="1.0"?>\n<!-- ours -->\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
      'image/svg+xml',
    ],
    ['logo.png', png, 'image/png'],
  ] as const) {
    test(`[J02] ${name} is served by us, as a picture that cannot run`, async () => {
      const world = await ServerWorld.open({ brandName: 'Harbour Foods', brandAccent: '#1d4ed8', brandLogo: file(name, content) })
      try {
        const page = await new PageBrowser(world.url).open('/sign-in')
        assert.match(page.text, /Harbour Foods/)
        const source = page.tags('img')[0]?.get('src') ?? ''
        const response = await fetch(world.url + source)
        assert.equal(response.headers.get('content-type'), type)
        assert.match(response.headers.get('content-security-policy') ?? '', /sandbox/)
        assert.deepEqual(Buffer.from(await response.arrayBuffer()), Buffer.from(content))
        const style = await (
          await fetch(
            world.url +
              (page
                .tags('link')
                .find((link) => link.get('rel') === 'stylesheet')
                ?.get('href') ?? ''),
          )
        ).text()
        assert.match(style, /--accent: #1d4ed8;/)
      } finally {
        await world[Symbol.asyncDispose]()
      }
    })
  }

  for (const [name, content] of [
    ['page.svg', '<html><svg></svg></html>'],
    ['broken.svg', Uint8Array.of(0x3c, 0xff)],
    ['logo.gif', 'GIF89a'],
    ['huge.svg', `<svg>${' '.repeat(300_000)}</svg>`],
  ] as const) {
    test(`${name} is no logo: the server says so and does not start`, async () => {
      await assert.rejects(createCountersign({ database: 'memory:', secret, brandLogo: file(name, content) }), /COUNTERSIGN_BRAND_LOGO/)
    })
  }

  test('[J06] in production a page is for secure connections alone, and says so', async () => {
    const server = await createCountersign({
      production: true,
      database: 'memory:',
      secret,
      issuer: 'https://auth.example',
      logLevel: 'silent',
      passwordMemoryKib: 64,
      passwordPasses: 1,
    })
    try {
      const plain = await server.fetch(new Request('http://auth.example/sign-in'), { address: '203.0.113.7', secure: false })
      assert.equal(plain.status, 400)
      assert.match(await plain.text(), /only available over a secure connection/)
      assert.equal((await server.fetch(new Request('https://auth.example/sign-in'), { address: '203.0.113.7', secure: true })).status, 200)
    } finally {
      await server.close()
    }
  })
})
