import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { operations } from '../../packages/server/src/server/route-table.ts'
import { ServerWorld } from './server-world.ts'

const APP = 'https://app.example.com'
const PARTNER = 'https://partner.example.org'

/** What looks like an allowed origin, and is none. */
const tricks = [
  'null',
  '*',
  'https://evil.example',
  `${APP}.evil.example`,
  'https://evilapp.example.com',
  'https://example.com',
  'https://sub.app.example.com',
  'http://app.example.com',
  `${APP}:8443`,
  `${APP}/`,
  'https://app.example.com@evil.example',
  'https://APP.example.com',
  `${APP}, https://evil.example`,
  'https://app.example.com%60.evil.example',
  '',
]

const corsHeaders = (headers: Headers): readonly string[] => [...headers.keys()].filter((name) => name.startsWith('access-control-'))

suite('pages of other origins', () => {
  let world: ServerWorld
  let token: string
  before(async () => {
    world = await ServerWorld.open({ issuer: 'https://auth.example.com', origins: [APP, PARTNER] })
    token = (await world.person()).access_token
  })
  after(() => world[Symbol.asyncDispose]())

  const preflight = (origin: string, path = '/v1/me', method = 'GET') =>
    world.ask('OPTIONS', path, {
      headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'authorization' },
    })

  test('[C09] a preflight of an allowed origin is answered, once for two hours', async () => {
    const { status, headers, text } = await preflight(APP, '/v1/sessions/current', 'DELETE')
    assert.equal(status, 204)
    assert.equal(text, '')
    assert.equal(headers.get('access-control-allow-origin'), APP)
    assert.match(headers.get('access-control-allow-methods') ?? '', /\bDELETE\b/)
    const allowed = headers.get('access-control-allow-headers') ?? ''
    for (const name of ['authorization', 'content-type', 'x-csrf-token', 'idempotency-key', 'dpop']) assert.ok(allowed.includes(name), name)
    assert.equal(headers.get('access-control-max-age'), '7200')
    assert.match(headers.get('vary') ?? '', /Access-Control-Request-Method.*Origin/)
    assert.ok(!allowed.includes('*') && headers.get('access-control-allow-methods') !== '*')
  })

  test('[C09] answers, refusals too, can be read by an allowed origin; with cookies only on the same site', async () => {
    for (const [origin, withCookies] of [
      [APP, 'true'],
      [PARTNER, null],
    ] as const) {
      for (const { headers, status } of [
        await world.ask('GET', '/v1/me', { token, headers: { origin } }),
        await world.ask('GET', '/v1/me', { headers: { origin } }),
      ]) {
        assert.ok(status === 200 || status === 401)
        assert.equal(headers.get('access-control-allow-origin'), origin)
        assert.equal(headers.get('access-control-allow-credentials'), withCookies)
        assert.match(headers.get('access-control-expose-headers') ?? '', /www-authenticate/)
      }
      assert.equal((await preflight(origin)).headers.get('access-control-allow-credentials'), withCookies)
    }
  })

  for (const origin of tricks) {
    test(`[C09] the origin ${JSON.stringify(origin)} gets nothing`, async () => {
      const answer = await world.ask('GET', '/v1/me', { token, headers: { origin } })
      assert.deepEqual(corsHeaders(answer.headers), [])
      const asked = await preflight(origin)
      assert.equal(asked.status, 405)
      assert.deepEqual(corsHeaders(asked.headers), [])
    })
  }

  test('[C09] every answer says that it depends on the origin, whoever asked', async () => {
    for (const headers of [{}, { origin: APP }, { origin: 'https://evil.example' }]) {
      for (const path of ['/v1/me', '/.well-known/jwks.json', '/openapi.json', '/v1/nothing']) {
        assert.match((await world.ask('GET', path, { headers })).headers.get('vary') ?? '', /\bOrigin\b/, path)
      }
    }
  })

  test('[C09] no route answers a preflight or a call of a stranger with an access-control header', async () => {
    for (const { path, method } of operations) {
      const address = path.replace(/\{\w+\}/g, 'usr_AAAAAAAAAAAAAAAAAAAAAA')
      assert.deepEqual(corsHeaders((await preflight('https://evil.example', address, method)).headers), [], `${method} ${path}`)
    }
  })

  test('[C09] pages, which have CSRF tokens in them, can be read by no other origin', async () => {
    for (const path of ['/setup', '/sign-in', '/account', '/']) {
      const response = await fetch(world.url + path, { headers: { origin: APP }, redirect: 'manual' })
      assert.deepEqual(corsHeaders(response.headers), [], path)
    }
    assert.deepEqual(corsHeaders((await preflight(APP, '/setup')).headers), [])
  })
})

test('[C09] without allowed origins there is no CORS at all', async () => {
  await using world = await ServerWorld.open()
  for (const origin of [APP, world.url, 'null']) {
    const { headers, status } = await world.ask('OPTIONS', '/v1/me', { headers: { origin, 'access-control-request-method': 'GET' } })
    assert.equal(status, 405)
    assert.deepEqual(corsHeaders(headers), [])
  }
})

suite('[C09] security headers', () => {
  let world: ServerWorld
  before(async () => {
    world = await ServerWorld.open()
  })
  after(() => world[Symbol.asyncDispose]())

  const always: Readonly<Record<string, RegExp>> = {
    'x-content-type-options': /^nosniff$/,
    'content-security-policy': /^default-src 'none';.*frame-ancestors 'none'/,
    'cross-origin-opener-policy': /^same-origin$/,
    'cross-origin-resource-policy': /^same-origin$/,
    'x-frame-options': /^DENY$/,
    'referrer-policy': /^(?:no-referrer|same-origin)$/,
    'permissions-policy': /camera=\(\)/,
  }

  for (const path of ['/v1/me', '/healthz', '/.well-known/jwks.json', '/openapi.json', '/nothing-here', '/setup', '/sign-in']) {
    test(`${path} has them all`, async () => {
      const response = await fetch(world.url + path, { redirect: 'manual' })
      await response.arrayBuffer()
      for (const [name, value] of Object.entries(always)) assert.match(response.headers.get(name) ?? '', value, name)
      const policy = response.headers.get('content-security-policy') ?? ''
      for (const directive of ["base-uri 'none'", "object-src 'none'"]) assert.ok(policy.includes(directive), policy)
      assert.ok(!/unsafe-|\*|https?:/.test(policy), policy)
    })
  }
})
