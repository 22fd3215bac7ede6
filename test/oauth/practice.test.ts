import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, suite, test } from 'node:test'
import * as client from 'openid-client'
import { PASSWORD } from '../http/server-world.ts'
import { claimsOf, follow, OAuthWorld, REDIRECT, refusedWith, type RegisteredClient } from './oauth-world.ts'

const HOST = 'https://orders.example'

/** Each is another address than `https://orders.example/callback`, however much it looks like it, or leads to it. */
const nearMisses: readonly string[] = [
  ...['/callback/', '//callback', '/./callback', '/x/../callback', '/%2e%2e/callback', '/callback%2f', '/%63allback', '/callback%00'],
  ...[
    '/callback?',
    '/callback?x=1',
    '/callback#',
    '/callback#x',
    '/callback;x=1',
    '/callback.evil',
    '/callback/evil',
    '/callbac',
    '/callbackk',
  ],
  ...['/Callback', '/CALLBACK', '/', '', '/callback%20', '/callback\\', '\\callback', '/callback@evil.example'],
].map((path) => HOST + path)
const otherHosts: readonly string[] = [
  'http://orders.example/callback',
  'HTTPS://orders.example/callback',
  'https://ORDERS.example/callback',
  'https://orders.example:443/callback',
  'https://orders.example:8443/callback',
  'https://orders.example./callback',
  'https://user@orders.example/callback',
  'https://orders.example@evil.example/callback',
  'https://orders.example.evil.example/callback',
  'https://evil.example/orders.example/callback',
  'https://evilorders.example/callback',
  'https://sub.orders.example/callback',
  'https://orders.example%2f@evil.example/callback',
  'https://evil.example#@orders.example/callback',
  'https://evil.example\\@orders.example/callback',
  '//orders.example/callback',
  'javascript:alert(1)',
  ' https://orders.example/callback',
  'https://orders.example/callback ',
]

suite('best practice for OAuth (RFC 9700), revocation (RFC 7009) and introspection (RFC 7662)', () => {
  let world: OAuthWorld
  let registered: RegisteredClient
  before(async () => {
    world = await OAuthWorld.open()
    registered = await world.client()
  })
  after(() => world[Symbol.asyncDispose]())

  const basic = ({ id, secret = '' }: RegisteredClient) => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` })

  async function post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = basic(registered),
  ) {
    const response = await fetch(world.url + path, { method: 'POST', headers, body: new URLSearchParams(fields) })
    return { status: response.status, text: await response.text(), headers: response.headers }
  }

  test('[D01] of 40 addresses that look like the registered one, none is led to', async () => {
    const { email } = await world.server.person()
    const config = await world.configured(await world.client({ redirect_uris: [`${HOST}/callback`] }))
    const browser = await world.browser(email)
    const { to } = await world.begin(config, { redirect_uri: `${HOST}/callback`, prompt: 'none' })
    assert.equal((await follow(browser, world.url, to)).url?.origin, HOST)
    const misses = [...nearMisses, ...otherHosts]
    assert.ok(misses.length >= 40)
    for (const miss of misses) {
      const url = new URL(to, world.url)
      url.searchParams.set('redirect_uri', miss)
      const { url: led, page } = await follow(browser, world.url, url.pathname + url.search)
      assert.deepEqual([led, page.status, page.headers.get('location')], [undefined, 400, null], miss)
    }
  })

  test('[D01] a loopback address may have any port, of native apps alone, and nothing else may differ', async () => {
    const { email } = await world.server.person()
    const browser = await world.browser(email)
    for (const [kind, uri, isLed] of [
      ['native', 'http://127.0.0.1:51004/callback', true],
      ['native', 'http://127.0.0.1/callback', true],
      ['native', 'http://127.0.0.1:51004/callback/', false],
      ['native', 'http://127.0.0.2:51004/callback', false],
      ['native', 'https://127.0.0.1:51004/callback', false],
      ['native', 'http://127.0.0.1.evil.example:51004/callback', false],
      ['public', 'http://127.0.0.1:51004/callback', false],
    ] as const) {
      const config = await world.configured(await world.client({ kind }))
      const { to } = await world.begin(config, { redirect_uri: uri, prompt: 'none' })
      assert.equal((await follow(browser, world.url, to)).url !== undefined, isLed, `${kind} ${uri}`)
    }
  })

  test('[D01] of a client that is not there nobody is led anywhere', async () => {
    const config = await world.configured(registered)
    const url = new URL((await world.begin(config)).to, world.url)
    for (const id of ['cli_absent', '', 'https://evil.example']) {
      url.searchParams.set('client_id', id)
      const page = await (await world.browser()).ask(url.pathname + url.search)
      assert.deepEqual([page.status, page.headers.get('location')], [400, null], id)
    }
  })

  test('[D01] what is posted is answered by a page or by 303, so that no browser posts it again elsewhere', async () => {
    const { email } = await world.server.person()
    const { to } = await world.begin(await world.configured(registered))
    const browser = await world.browser()
    const signIn = await browser.open(to)
    const posted = await browser.send(signIn, 'sign_in', { email, password: PASSWORD })
    assert.equal(posted.status, 303)
    const { page } = await follow(browser, world.url, posted)
    const allowed = await browser.send(page, 'allow')
    assert.match(`${allowed.status}`, /^(?:200|303)$/)
    let next = allowed
    for (let hop = 0; hop < 5; hop++) {
      const way = next.headers.get('location') ?? /url=(.+)$/.exec(next.headers.get('refresh') ?? '')?.[1]
      if (way === undefined || new URL(way, world.url).origin !== world.url) break
      next = await browser.ask(way)
      assert.match(`${next.status}`, /^(?:200|303)$/)
    }
    assert.match(next.headers.get('location') ?? next.headers.get('refresh') ?? '', /code=/)
  })

  test('[D01] no page of another origin can read what the authorization endpoint answers', async () => {
    const { to } = await world.begin(await world.configured(await world.client({ kind: 'public' })))
    for (const method of ['GET', 'OPTIONS']) {
      for (const origin of ['https://evil.example', new URL(REDIRECT).origin]) {
        const headers = { origin, 'access-control-request-method': 'GET' }
        const response = await fetch(world.url + to, { method, headers, redirect: 'manual' })
        assert.equal(response.headers.get('access-control-allow-origin'), null, `${method} ${origin}`)
      }
    }
  })

  test('[D01] of two requests at once, neither code is redeemed with the verifier of the other', async () => {
    const person = await world.server.person()
    const [one, two] = [await world.consented(person, registered), await world.consented(person, registered)]
    const redeem = ({ config, back, checks }: typeof one, { checks: others }: typeof one) =>
      refusedWith(client.authorizationCodeGrant(config, back, { ...checks, pkceCodeVerifier: others.pkceCodeVerifier ?? '' }))
    assert.deepEqual([await redeem(one, two), await redeem(two, one)], ['invalid_grant', 'invalid_grant'])
    assert.deepEqual([await redeem(one, one), await redeem(two, two)], ['nothing', 'nothing'])
  })

  test('[D01] the page that asks says who, for what, for how long, and where it leads', async () => {
    const config = await world.configured(await world.client({ name: 'Harbour' }))
    for (const [scope, more, lasting] of [
      ['openid orders:read', {}, /until you sign out/],
      ['openid orders:read offline_access', { prompt: 'consent' }, /for up to 90 days, also when you are signed out/],
    ] as const) {
      const browser = await world.browser((await world.server.person()).email)
      const { page } = await follow(browser, world.url, (await world.begin(config, { scope, ...more })).to)
      assert.match(page.text, /Allow Harbour\?.*know that it is you.*orders:read.*127\.0\.0\.1:9.*You can take this back/)
      assert.match(page.text, lasting)
    }
  })

  test('[D01] a native app that anybody could pretend to be is asked about each time', async () => {
    const person = await world.server.person()
    for (const [what, client, isAskedAgain] of [
      ['on loopback', { kind: 'native' }, true],
      ['by a scheme', { kind: 'native', redirect_uris: ['com.example.app:/callback'] }, true],
      ['at a claimed address', { kind: 'native', redirect_uris: [`${HOST}/callback`] }, true],
      ['in a browser', { kind: 'public', redirect_uris: [`${HOST}/callback`] }, false],
    ] as const) {
      const app = await world.client(client)
      const redirect = 'redirect_uris' in client ? { redirect_uri: client.redirect_uris[0] } : {}
      const { config, browser } = await world.consented(person, app, redirect)
      const again = await follow(browser, world.url, (await world.begin(config, redirect)).to)
      assert.equal(again.url === undefined, isAskedAgain, what)
    }
  })

  test('[D01] a client with a secret shows it wherever it asks for something', async () => {
    for (const [path, fields] of [
      ['/oauth/token', { grant_type: 'refresh_token', refresh_token: 'x' }],
      ['/oauth/par', { response_type: 'code', redirect_uri: REDIRECT, scope: 'openid' }],
      ['/oauth/revoke', { token: 'x' }],
      ['/oauth/introspect', { token: 'x' }],
      ['/oauth/device', { scope: 'openid' }],
    ] as const) {
      const { status, text } = await post(path, { ...fields, client_id: registered.id }, {})
      assert.deepEqual([Math.floor(status / 100), JSON.parse(text).error], [4, 'invalid_client'], path)
    }
  })

  test('[D01] each address says by which methods it is asked (405), and none takes a body that is packed (415)', async () => {
    for (const [path, allow, isPosted] of [
      ['/oauth/authorize', 'GET, HEAD, POST', true],
      ['/oauth/authorize/x', 'GET, HEAD', false],
      ['/oauth/token', 'POST, OPTIONS', true],
      ['/oauth/par', 'POST, OPTIONS', true],
      ['/oauth/revoke', 'POST, OPTIONS', true],
      ['/oauth/introspect', 'POST, OPTIONS', true],
      ['/oauth/device', 'POST, OPTIONS', true],
      ['/oauth/logout', 'GET, HEAD, POST', true],
      ['/oauth/userinfo', 'GET, HEAD, POST', false],
      ['/.well-known/openid-configuration', 'GET, HEAD', false],
      ['/.well-known/oauth-authorization-server', 'GET, HEAD', false],
    ] as const) {
      for (const method of [
        'PUT',
        'DELETE',
        ...(allow.startsWith('POST') ? ['GET', 'HEAD'] : []),
        ...(allow.endsWith('HEAD') ? ['POST'] : []),
      ]) {
        const { status, headers } = await fetch(world.url + path, { method })
        assert.deepEqual([status, headers.get('allow')], [405, allow], `${method} ${path}`)
      }
      if (!isPosted) continue
      for (const coding of ['gzip', 'deflate', 'x']) {
        const { status, text } = await post(path, { a: 'b' }, { ...basic(registered), 'content-encoding': coding })
        assert.equal(status, 415, `${coding} ${path}`)
        assert.match(text, /content_type_unsupported/)
      }
    }
  })

  test('[D01] a refresh brings no more than was allowed, and only who may have one gets a refresh token', async () => {
    const person = await world.server.person()
    const { config, refresh_token: refresh = '', scope } = await world.tokens(person, registered)
    assert.equal(scope, 'openid email orders:read')
    assert.equal(
      await refusedWith(client.refreshTokenGrant(config, refresh, { scope: 'openid orders:read orders:write' })),
      'invalid_scope',
    )
    assert.equal(await refusedWith(client.refreshTokenGrant(config, refresh, { resource: 'https://elsewhere.example' })), 'invalid_target')
    const narrowed = await client.refreshTokenGrant(config, refresh, { scope: 'orders:read' })
    assert.equal(claimsOf(narrowed.access_token).scope, 'orders:read')
    const brief = await world.tokens(person, await world.client({ grant_types: ['authorization_code'] }))
    assert.equal(brief.refresh_token, undefined)
  })

  test('[D01] a scope that the client has not registered is given to nobody', async () => {
    const config = await world.configured(await world.machine())
    assert.match(
      await refusedWith(client.clientCredentialsGrant(config, { scope: 'orders:read orders:delete' })),
      /^invalid_scope$|^nothing$/,
    )
    const { access_token: token } = await client.clientCredentialsGrant(config, { scope: 'orders:read' })
    assert.equal(claimsOf(token).scope, 'orders:read')
  })

  test('[D01] a refresh token in which anything is changed is refused, and the right one is as good as before', async () => {
    const { config, refresh_token: refresh = '' } = await world.tokens(await world.server.person(), registered)
    for (let at = 0; at < refresh.length; at++) {
      const changed = refresh.slice(0, at) + (refresh[at] === 'A' ? 'B' : 'A') + refresh.slice(at + 1)
      assert.equal(await refusedWith(client.refreshTokenGrant(config, changed)), 'invalid_grant', `character ${at}`)
    }
    assert.equal(await refusedWith(client.refreshTokenGrant(config, refresh)), 'nothing')
  })

  test('[D01] a client that speaks for itself is nobody: what is a person’s does not open', async () => {
    const { access_token: token } = await client.clientCredentialsGrant(await world.configured(await world.machine()))
    for (const path of ['/v1/me', '/v1/sessions', '/oauth/userinfo']) {
      assert.match(`${(await world.server.ask('GET', path, { token })).status}`, /^40[13]$/, path)
    }
  })

  test('[D01] a token is taken from the header alone, never from the address', async () => {
    const { access_token: token } = await world.tokens(await world.server.person(), registered)
    assert.equal((await fetch(`${world.url}/oauth/userinfo`, { headers: { authorization: `Bearer ${token}` } })).status, 200)
    assert.equal((await fetch(`${world.url}/oauth/userinfo?access_token=${token}`)).status, 401)
  })

  test('[D01] neither a code nor a token nor a secret stands in the database or in the log', async () => {
    const given = await world.consented(await world.server.person(), registered)
    const code = given.back.searchParams.get('code') ?? ''
    const tokens = await client.authorizationCodeGrant(given.config, given.back, given.checks)
    const renewed = await client.refreshTokenGrant(given.config, tokens.refresh_token ?? '')
    const data = join(world.server.folder, 'data')
    const files = readdirSync(data).filter((name) => /^countersign\.db(?:-wal|-shm)?$/.test(name))
    assert.notEqual(files.length, 0)
    const kept = files.map((name) => readFileSync(join(data, name), 'latin1')).join('') + world.server.lines.join('\n')
    const secrets = [code, tokens.access_token, tokens.refresh_token, renewed.access_token, renewed.refresh_token, registered.secret]
    for (const [at, secret = ''] of secrets.entries()) {
      assert.ok(secret.length > 20)
      assert.ok(!kept.includes(secret), `secret ${at}`)
    }
  })

  test('[D01] [B27] RFC 7009: whatever the hint says the token is found; what is none of ours, or dead, is answered the same', async () => {
    const person = await world.server.person()
    for (const [kind, hint] of [
      ['refresh_token', 'access_token'],
      ['access_token', 'refresh_token'],
      ['refresh_token', 'nonsense'],
    ] as const) {
      const given = await world.tokens(person, registered)
      const answer = await post('/oauth/revoke', { token: given[kind] ?? '', token_type_hint: hint })
      assert.deepEqual([answer.status, answer.text], [200, ''])
      const about = await post('/oauth/introspect', { token: given[kind] ?? '' })
      assert.equal(about.text, '{"active":false}', `${kind} as ${hint}`)
      for (const token of [given[kind] ?? '', 'unknown', 'a.b.c']) {
        const again = await post('/oauth/revoke', { token, token_type_hint: hint })
        assert.deepEqual([again.status, again.text], [200, ''], token.slice(0, 10))
      }
    }
    assert.match(`${(await post('/oauth/revoke', { token: 'x' }, { authorization: '' })).status}`, /^40[01]$/)
  })

  test('[D01] [B27] RFC 7662: who does not say who asks learns nothing; of what is dead, unknown or another’s nobody learns more than that', async () => {
    const person = await world.server.person()
    const given = await world.tokens(person, registered)
    const others = await world.tokens(person, await world.client())
    const revoked = await world.tokens(person, registered)
    await client.tokenRevocation(given.config, revoked.access_token)
    for (const authorization of ['', `Basic ${Buffer.from(`${registered.id}:wrong`).toString('base64')}`]) {
      assert.match(`${(await post('/oauth/introspect', { token: given.access_token }, { authorization })).status}`, /^40[01]$/)
    }
    const alive = await post('/oauth/introspect', { token: given.access_token })
    const { active, client_id, sub, exp } = JSON.parse(alive.text) as Readonly<Record<string, unknown>>
    assert.deepEqual([active, client_id, sub, typeof exp], [true, registered.id, person.user.id, 'number'])
    assert.match(alive.headers.get('cache-control') ?? '', /no-store/)
    for (const token of [others.access_token, others.refresh_token ?? '', revoked.access_token, 'unknown', `${given.access_token}x`]) {
      const { status, text } = await post('/oauth/introspect', { token })
      assert.deepEqual([status, text], [200, '{"active":false}'], token.slice(-10))
    }
  })

  test('[D03] introspection of a bound token says to which key', async () => {
    const bound = await world.client({ redirect_uris: [], grant_types: ['client_credentials'], requires_dpop: true })
    const config = await world.configured(bound)
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair())
    const { access_token: token, token_type: type } = await client.clientCredentialsGrant(config, undefined, { DPoP })
    const about = await client.tokenIntrospection(config, token)
    assert.deepEqual([type, about.token_type, about.cnf], ['dpop', 'DPoP', claimsOf(token).cnf])
    assert.equal(typeof about.cnf?.jkt, 'string')
  })

  test('[D01] [I03] a revocation that cannot be stored is not acknowledged: 503, and the token lives', async () => {
    const { access_token: token, refresh_token: refresh = '' } = await world.tokens(await world.server.person(), registered)
    const other = new DatabaseSync(join(world.server.folder, 'data', 'countersign.db'))
    other.exec('BEGIN IMMEDIATE')
    try {
      for (const each of [token, refresh]) {
        const { status, headers } = await post('/oauth/revoke', { token: each })
        assert.equal(status, 503)
        assert.ok(headers.has('retry-after'))
      }
    } finally {
      other.exec('ROLLBACK')
      other.close()
    }
    assert.equal(JSON.parse((await post('/oauth/introspect', { token })).text).active, true)
    assert.equal((await post('/oauth/revoke', { token })).status, 200)
  })
})
