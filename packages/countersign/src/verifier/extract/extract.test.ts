import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError, type RefusalCode } from '../../core/index.ts'
import type { PresentedCredentials } from '../credential.ts'
import { extractBearer, MAX_TOKEN_LENGTH } from './bearer.ts'
import { extractCookie } from './cookie.ts'
import { type CookieSource, extractToken } from './presented.ts'

const refused = (code: RefusalCode, act: () => unknown): void =>
  assert.throws(act, (error) => error instanceof AuthError && error.code === code)

test('a request without the header or the cookie presents nothing', () => {
  assert.equal(extractBearer(undefined), undefined)
  assert.equal(extractCookie(undefined, 'at'), undefined)
  assert.equal(extractCookie('other=1; cat=2', 'at'), undefined)
})

for (const [name, header] of [
  ['as RFC 6750 writes it', 'Bearer abc.def-_~+/=='],
  ['with a lower-case scheme', 'bearer abc.def-_~+/=='],
  ['with more than one space', 'BEARER   abc.def-_~+/=='],
] as const) {
  test(`a Bearer credential ${name} is taken`, () => assert.equal(extractBearer(header), 'abc.def-_~+/=='))
}

for (const [name, header] of [
  ['an empty header', ''],
  ['a scheme alone', 'Bearer'],
  ['a scheme and a space', 'Bearer '],
  ['another scheme', 'Basic dTpw'],
  ['a bare token', 'abc.def.ghi'],
  ['two joined headers', 'Bearer abc, Bearer abc'],
  ['a token and more', 'Bearer abc def'],
  ['a tab in place of the space', 'Bearer\tabc'],
  ['a leading space', ' Bearer abc'],
  ['a trailing line feed', 'Bearer abc\n'],
  ['padding inside', 'Bearer a=b'],
  ['a quoted token', 'Bearer "abc"'],
  ['characters that no token has', 'Bearer \u00e4bc'],
  ['a token over the size bound', `Bearer ${'a'.repeat(MAX_TOKEN_LENGTH + 1)}`],
] as const) {
  test(`${name} is refused as malformed`, () => refused('credential_malformed', () => extractBearer(header)))
}

test('a token of exactly the size bound is taken', () => {
  assert.equal(extractBearer(`Bearer ${'a'.repeat(MAX_TOKEN_LENGTH)}`)?.length, MAX_TOKEN_LENGTH)
})

test('the cookie of the configured name is found among others', () => {
  assert.equal(extractCookie('a=1; at=tok.en ;xat=3', 'at'), 'tok.en')
  assert.equal(extractCookie('at=tok.en', 'at'), 'tok.en')
})

for (const [name, header] of [
  ['an empty cookie', 'at='],
  ['a quoted cookie', 'at="tok"'],
  ['a cookie that stands there twice', 'at=one; at=two'],
  ['a cookie that stands there twice with one value', 'at=one; at=one'],
  ['a cookie over the size bound', `at=${'a'.repeat(MAX_TOKEN_LENGTH + 1)}`],
  ['a cookie header over the size bound', `x=${'a'.repeat(17_000)}`],
] as const) {
  test(`${name} is refused as malformed`, () => refused('credential_malformed', () => extractCookie(header, 'at')))
}

const cookie: CookieSource = { name: 'at' }
const presented = (parts: Partial<PresentedCredentials>): PresentedCredentials => ({ authorization: undefined, method: 'GET', ...parts })

test('[C04] the header comes before the cookie, and a malformed one never falls through', () => {
  assert.equal(extractToken(presented({ authorization: 'Bearer one' }), cookie), 'one')
  assert.equal(extractToken(presented({ cookie: 'at=two' }), cookie), 'two')
  assert.equal(extractToken(presented({ authorization: 'Bearer same', cookie: 'at=same' }), cookie), 'same')
  refused('credential_malformed', () => extractToken(presented({ authorization: 'Bearer', cookie: 'at=two' }), cookie))
  refused('credential_malformed', () => extractToken(presented({ authorization: 'Basic dTpw', cookie: 'at=two' }), cookie))
  refused('credential_malformed', () => extractToken(presented({ authorization: 'Bearer one', cookie: 'at=' }), cookie))
})

test('[C04] a header and a cookie that differ are refused', () => {
  refused('credential_malformed', () => extractToken(presented({ authorization: 'Bearer one', cookie: 'at=two' }), cookie))
})

test('[C04] a verifier without a cookie name reads no cookie', () => {
  assert.equal(extractToken(presented({ cookie: 'at=two' }), undefined), undefined)
})

const post = (parts: Partial<PresentedCredentials>): PresentedCredentials =>
  presented({ method: 'POST', cookie: 'at=two', host: 'app.example', encrypted: true, ...parts })

for (const [name, parts] of [
  ['its own pages', { secFetchSite: 'same-origin' }],
  ['the user directly', { secFetchSite: 'none' }],
  ['a client that is no browser', {}],
  ['an old browser on its own page', { origin: 'https://app.example' }],
  ['an old browser behind a proxy that ends TLS', { origin: 'https://app.example', encrypted: false }],
  ['an old browser on a plain page', { origin: 'http://app.example', encrypted: false }],
] as const) {
  test(`a cookie speaks for a changing request that comes from ${name}`, () => assert.equal(extractToken(post(parts), cookie), 'two'))
}

for (const [name, parts] of [
  ['another site', { secFetchSite: 'cross-site' }],
  ['a sibling domain', { secFetchSite: 'same-site' }],
  ['an unknown place', { secFetchSite: 'same-origin, cross-site' }],
  ['another origin in an old browser', { origin: 'https://evil.example' }],
  ['another origin that calls itself direct', { secFetchSite: 'none', origin: 'https://evil.example' }],
  ['the plain form of its own page', { origin: 'http://app.example' }],
  ['an opaque origin', { origin: 'null' }],
  ['a request whose own host is not known', { origin: 'https://app.example', host: undefined }],
] as const) {
  test(`a cookie does not speak for a changing request that comes from ${name}`, () => {
    refused('csrf_refused', () => extractToken(post(parts), cookie))
  })
}

test('a cookie speaks for a reading request of any site, and never for one of an unknown method', () => {
  assert.equal(extractToken(post({ method: 'GET', secFetchSite: 'cross-site' }), cookie), 'two')
  refused('csrf_refused', () => extractToken(post({ method: undefined, secFetchSite: 'cross-site' }), cookie))
  refused('csrf_refused', () => extractToken(post({ method: 'get', secFetchSite: 'cross-site' }), cookie))
})

test('a configured origin is what counts, whatever Host says', () => {
  const configured = { name: 'at', origin: 'https://front.example' }
  assert.equal(extractToken(post({ origin: 'https://front.example' }), configured), 'two')
  refused('csrf_refused', () => extractToken(post({ origin: 'https://app.example' }), configured))
})
