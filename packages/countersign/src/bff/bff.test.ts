import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError, ManualClock } from '../core/index.ts'
import { unsafeAllowHttp } from '../verifier/index.ts'
import { createBff } from './bff.ts'
import { framingLines, framingOf, passedBack, passedOn } from './header.ts'
import type { BffOptions } from './options.ts'
import { routeOf } from './request-target.ts'
import { memorySessionStore } from './session-store.ts'
import { parseUpstream } from './upstream.ts'

const options: BffOptions = {
  issuer: 'https://auth.example',
  keys: [new Uint8Array(32)],
  upstreams: [{ prefix: '/api', target: 'https://orders.example/v1' }],
}
const upstream = { prefix: '/api', target: 'https://orders.example' }

test('options that are right are taken', () => {
  createBff(options).close()
  createBff({ ...options, issuer: 'http://10.0.0.1', [unsafeAllowHttp]: true }).close()
  createBff({ ...options, issuer: 'http://[::1]:4000', origin: 'http://localhost:3000', trustedProxies: ['10.0.0.0/8'] }).close()
})

const mistakes: readonly (readonly [string, Partial<BffOptions>])[] = [
  ['an issuer that is reached without TLS', { issuer: 'http://auth.example' }],
  ['an upstream that is reached without TLS', { upstreams: [{ ...upstream, target: 'http://orders.example' }] }],
  ['an upstream that is no URL', { upstreams: [{ ...upstream, target: 'orders' }] }],
  ['an upstream with a query', { upstreams: [{ ...upstream, target: 'https://orders.example/?a' }] }],
  ['an upstream with a password', { upstreams: [{ ...upstream, target: 'https://a:b@orders.example' }] }],
  ['a prefix that is no plain path', { upstreams: [{ ...upstream, prefix: '/a/../b' }] }],
  ['a prefix that is everything', { upstreams: [{ ...upstream, prefix: '/' }] }],
  ['two upstreams under one prefix', { upstreams: [upstream, { ...upstream, prefix: '/api/' }] }],
  ['an upstream where its own addresses are', { upstreams: [{ ...upstream, prefix: '/bff' }] }],
  ['a time-out that is none', { upstreams: [{ ...upstream, timeoutSeconds: 0 }] }],
  ['no key', { keys: [] }],
  ['a short key', { keys: [new Uint8Array(31)] }],
  ['an origin with a path', { origin: 'https://app.example/' }],
  ['an origin that is a pattern', { origins: ['https://*.example'] }],
  ['a proxy that is no address', { trustedProxies: ['proxy'] }],
  ['a path that is none', { path: 'bff' }],
]
for (const [what, changed] of mistakes) {
  test(`${what} is refused at the start`, () => assert.throws(() => createBff({ ...options, ...changed }), RangeError))
}

test('the longest prefix decides, at a segment’s end, and what follows it is appended to the target', () => {
  const upstreams = [
    parseUpstream({ prefix: '/api/v2', target: 'https://new.example' }, false),
    parseUpstream({ prefix: '/api', target: 'https://old.example/base/' }, false),
  ]
  const where = (target: string): string | undefined => {
    const route = routeOf(upstreams, target)
    return route && `${route.upstream.authority}${route.path}`
  }
  assert.equal(where('/api/v2/x?y=/../z'), 'new.example/x?y=/../z')
  assert.equal(where('/api/v2'), 'new.example/')
  assert.equal(where('/api/v22'), 'old.example/base/v22')
  assert.equal(where('/api?x'), 'old.example/base/?x')
  assert.equal(where('/api//evil.example'), 'old.example/base/evil.example')
  assert.equal(where('/api/a%2Fb..c/...'), 'old.example/base/a%2Fb..c/...')
  for (const target of ['/apix', '*', 'http://old.example/api/x', 'old.example:443', '']) assert.equal(where(target), undefined)
  for (const target of ['/api/..', '/api/%2E%2e', '/api/.', '/api/a/..;x/b', '/api/..%3b/b', '/api/ä', '/api/a\\b', '/api/a b']) {
    assert.throws(() => where(target), AuthError)
  }
})

test('names of one connection, in any spelling, go neither on nor back', () => {
  const lines = ['CONNECTION', 'close, X-Secret', 'x-secret', '1', 'Keep-Alive', '1', 'X-Kept', '1', 'X_Kept', '1', 'Set-Cookie', 'a=b']
  assert.deepEqual(passedOn(lines), ['x-kept', '1', 'set-cookie', 'a=b'])
  const back = ['x-kept', '1', 'x_kept', '1', 'cache-control', 'no-store', 'vary', 'Cookie', 'x-content-type-options', 'nosniff']
  assert.deepEqual(passedBack(lines), back)
})

test('a body is framed in one way, or refused', () => {
  const framed = (headers: object, method = 'POST', httpVersionMajor = 1): unknown => framingOf({ headers, method, httpVersionMajor })
  assert.deepEqual(framed({ 'content-length': '12' }), { kind: 'length', length: 12 })
  assert.deepEqual(framed({ 'content-length': '0' }), { kind: 'none' })
  assert.deepEqual(framed({ 'transfer-encoding': 'Chunked' }, 'DELETE'), { kind: 'chunked' })
  assert.deepEqual(framed({}), { kind: 'none' })
  assert.deepEqual(framed({}, 'POST', 2), { kind: 'chunked' })
  assert.deepEqual(framed({}, 'GET', 2), { kind: 'none' })
  for (const headers of [
    { 'content-length': '1', 'transfer-encoding': 'chunked' },
    { 'transfer-encoding': 'gzip, chunked' },
    { 'transfer-encoding': 'identity' },
    { 'content-length': '1, 1' },
    { 'content-length': '-1' },
    { 'content-length': '1e3' },
  ]) {
    assert.throws(() => framed(headers), AuthError)
  }
  assert.deepEqual(framingLines({ kind: 'none' }, 'POST'), ['content-length', '0'])
  assert.deepEqual(framingLines({ kind: 'none' }, 'GET'), [])
})

test('the store in memory forgets what has ended', async () => {
  const clock = new ManualClock(1_900_000_000_000)
  const store = memorySessionStore(clock)
  await store.write('a', 'sealed', clock.now() + 1000)
  assert.equal(await store.read('a'), 'sealed')
  clock.advance(1000)
  assert.equal(await store.read('a'), undefined)
  await store.write('a', 'other', clock.now() + 1000)
  await store.remove('a')
  assert.equal(await store.read('a'), undefined)
})
