import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSameSite, isSecurePlace } from './config-browser.ts'
import { ConfigError, configFromEnvironment, type ServerConfig } from './config.ts'

const SECRET = 'Zk3vQ9xT1mLr8wYd0sBn5hGc2jKf7pVaEuOiXt4RqWy6'
const read = (environment: Readonly<Record<string, string>>): ServerConfig =>
  configFromEnvironment({ COUNTERSIGN_SECRET: SECRET, ...environment })

function mistakeOf(environment: Readonly<Record<string, string>>): {
  readonly name: string
  readonly problem: string
  readonly hint: string
} {
  try {
    read(environment)
  } catch (error) {
    if (error instanceof ConfigError && error.mistakes.length === 1 && error.mistakes[0] !== undefined) return error.mistakes[0]
    throw error
  }
  throw new Error('it was accepted')
}

const ISSUER = { COUNTERSIGN_ISSUER: 'https://auth.eu.example.co.uk' }

test('[C02] a cookie domain is taken when the issuer’s host is in it', () => {
  for (const domain of ['example.co.uk', '.example.co.uk', 'EU.example.co.uk', 'auth.eu.example.co.uk']) {
    assert.equal(read({ ...ISSUER, COUNTERSIGN_COOKIE_DOMAIN: domain }).cookieDomain, domain.toLowerCase().replace(/^\./, ''))
  }
  assert.equal(read(ISSUER).cookieDomain, undefined)
})

for (const [domain, problem, hint] of [
  ['co.uk', /public suffix/, /leave it out/],
  ['uk', /public suffix/, /leave it out/],
  ['github.io', /public suffix/, /leave it out/],
  ['localhost', /public suffix/, /leave it out/],
  ['example.com', /not the domain of the issuer’s host auth\.eu\.example\.co\.uk/, /Use example\.co\.uk, or leave it out/],
  ['ample.co.uk', /not the domain of the issuer’s host/, /Use example\.co\.uk/],
  ['www.auth.eu.example.co.uk', /not the domain of the issuer’s host/, /Use example\.co\.uk/],
  ['192.168.1.7', /address/, /leave it out/],
  ['https://example.co.uk', /no domain name/, /such as example\.com/],
  ['*.example.co.uk', /no domain name/, /such as example\.com/],
  ['example.co.uk; Secure', /no domain name/, /such as example\.com/],
] as const) {
  test(`[C02] the cookie domain ${domain} is refused at the start, with what to do`, () => {
    const mistake = mistakeOf({ ...ISSUER, COUNTERSIGN_COOKIE_DOMAIN: domain })
    assert.equal(mistake.name, 'COUNTERSIGN_COOKIE_DOMAIN')
    assert.match(mistake.problem, problem)
    assert.match(mistake.hint, hint)
  })
}

test('[C02] a server at an address has no domain to share cookies with', () => {
  const mistake = mistakeOf({ COUNTERSIGN_ISSUER: 'http://10.0.0.7:4000', COUNTERSIGN_COOKIE_DOMAIN: 'example.com' })
  assert.match(mistake.hint, /Leave it out/)
})

test('[C09] origins are whole, exact origins', () => {
  const { origins } = read({ COUNTERSIGN_ORIGINS: 'https://app.example.com, http://localhost:5173' })
  assert.deepEqual(origins, ['https://app.example.com', 'http://localhost:5173'])
  assert.deepEqual(read({}).origins, [])
  for (const origin of [
    '*',
    'null',
    'https://*.example.com',
    'https://app.example.com/',
    'app.example.com',
    'https://APP.example.com',
    'https://app.example.com:443',
    'file:///',
    'https://u@app.example.com',
  ]) {
    const { name, problem } = mistakeOf({ COUNTERSIGN_ORIGINS: origin })
    assert.equal(name, 'COUNTERSIGN_ORIGINS', origin)
    assert.match(problem, /no origin/)
  }
})

test('[C09] in production an origin without TLS is refused, but for this machine', () => {
  const production = { ...ISSUER, NODE_ENV: 'production' }
  assert.match(mistakeOf({ ...production, COUNTERSIGN_ORIGINS: 'http://app.example.com' }).problem, /anybody on the way/)
  assert.deepEqual(read({ ...production, COUNTERSIGN_ORIGINS: 'http://localhost:5173' }).origins, ['http://localhost:5173'])
})

test('[C02] cookies are lax and hidden from scripts unless something else is said', () => {
  const { cookieForm, cookieSameSite } = read({})
  assert.deepEqual([cookieForm, cookieSameSite], ['http-only', 'lax'])
  assert.equal(read({ COUNTERSIGN_COOKIE_SAME_SITE: 'strict' }).cookieSameSite, 'strict')
  assert.equal(mistakeOf({ COUNTERSIGN_COOKIE_SAME_SITE: 'none' }).name, 'COUNTERSIGN_COOKIE_SAME_SITE')
  assert.equal(mistakeOf({ COUNTERSIGN_COOKIE_FORM: 'readable' }).name, 'COUNTERSIGN_COOKIE_FORM')
})

test('[C02] places where browsers take secure cookies', () => {
  for (const issuer of ['https://a.example', 'http://localhost', 'http://x.localhost:1', 'http://127.8.9.10', 'http://[::1]:1'])
    assert.ok(isSecurePlace(issuer, false), issuer)
  for (const issuer of ['http://a.example', 'http://10.0.0.1', 'http://localhost.evil.example', 'http://[fd00::1]']) {
    assert.equal(isSecurePlace(issuer, false), false, issuer)
    assert.ok(isSecurePlace(issuer, true), issuer)
  }
})

test('[C09] one site is one scheme and one registrable domain', () => {
  assert.ok(isSameSite('https://app.example.co.uk', 'https://auth.example.co.uk:8443'))
  assert.ok(isSameSite('http://localhost:5173', 'http://localhost:4000'))
  for (const [one, other] of [
    ['https://a.github.io', 'https://b.github.io'],
    ['http://app.example.com', 'https://auth.example.com'],
    ['https://a.co.uk', 'https://b.co.uk'],
    ['http://127.0.0.1:1', 'http://127.0.0.2:1'],
  ] as const) {
    assert.equal(isSameSite(one, other), false, one)
  }
})
