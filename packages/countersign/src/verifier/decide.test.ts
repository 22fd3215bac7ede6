import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError, type Principal, type RefusalCode } from '../core/index.ts'
import { decide } from './decide.ts'
import { parseRequirement, type Requirement, RouteRule } from './requirement.ts'
import { respond } from './respond.ts'

const NOW = 1_900_000_000
const caller: Principal = {
  issuer: 'https://issuer.example',
  subject: 'usr_1',
  user: 'usr_1',
  session: 'ses_1',
  client: 'app',
  roles: ['staff'],
  groups: [],
  scope: ['orders:read', 'orders:list'],
  authenticatedAt: NOW - 300,
  methods: ['pwd'],
  tokenId: 'tok_1',
  issuedAt: NOW - 10,
  expiresAt: NOW + 290,
}

const allowed: readonly Requirement[] = [
  {},
  { scope: 'orders:read' },
  { scope: 'orders:read orders:list' },
  { scope: ['orders:list'] },
  { role: 'staff' },
  { maxAuthAgeSeconds: 300 },
]
for (const requirement of allowed) {
  test(`${JSON.stringify(requirement)} lets the caller in`, () => assert.equal(decide(caller, new RouteRule(requirement), NOW), caller))
}

const refused: readonly [Requirement, RefusalCode][] = [
  [{ scope: 'orders:write' }, 'scope_insufficient'],
  [{ scope: 'orders:read orders:write' }, 'scope_insufficient'],
  [{ scope: 'orders' }, 'scope_insufficient'],
  [{ role: 'admin' }, 'role_insufficient'],
  [{ maxAuthAgeSeconds: 299 }, 'step_up_required'],
  [{ scope: 'orders:write', role: 'admin', maxAuthAgeSeconds: 0 }, 'scope_insufficient'],
  [{ role: 'admin', maxAuthAgeSeconds: 0 }, 'role_insufficient'],
]
for (const [requirement, code] of refused) {
  test(`${JSON.stringify(requirement)} refuses the caller with ${code}`, () => {
    assert.throws(
      () => decide(caller, new RouteRule(requirement), NOW),
      (error) => error instanceof AuthError && error.code === code,
    )
  })
}

test('a caller of whom it is not known when they signed in has not signed in recently', () => {
  const rule = new RouteRule({ maxAuthAgeSeconds: 1e9 })
  assert.throws(
    () => decide({ ...caller, authenticatedAt: undefined }, rule, NOW),
    (error) => error instanceof AuthError && error.code === 'step_up_required',
  )
})

const mistakes: readonly [string, unknown][] = [
  ['a misspelt member', { scopes: 'orders:read' }],
  ['an empty scope', { scope: '' }],
  ['an empty list of scopes', { scope: [] }],
  ['a scope that is not set', { scope: [undefined] }],
  ['a scope with a quotation mark', { scope: 'a"b' }],
  ['an empty role', { role: '' }],
  ['a negative age', { maxAuthAgeSeconds: -1 }],
  ['an age that is no number', { maxAuthAgeSeconds: Number.NaN }],
  ['an unknown freshness', { freshness: 'loose' }],
  ['a freshness without a bound', { freshness: {} }],
  ['no freshness at all', { freshness: null }],
]
for (const [name, requirement] of mistakes) {
  test(`a requirement with ${name} is refused when the route is made`, () => {
    assert.throws(
      () => new RouteRule(requirement as Requirement),
      (error) => error instanceof TypeError || error instanceof RangeError,
    )
  })
}

test('a rule is parsed once', () => {
  const rule = new RouteRule({ role: 'staff' })
  assert.equal(parseRequirement(rule), rule)
  assert.equal(parseRequirement(undefined), parseRequirement(undefined))
})

const answers: readonly [RefusalCode, Requirement, number, string | undefined, string | undefined][] = [
  ['credential_missing', {}, 401, 'Bearer', undefined],
  ['token_expired', {}, 401, 'error="invalid_token"', undefined],
  ['scope_insufficient', { scope: 'a b' }, 403, 'error="insufficient_scope".*scope="a b"', undefined],
  ['role_insufficient', { role: 'admin' }, 403, undefined, undefined],
  ['step_up_required', { maxAuthAgeSeconds: 60 }, 401, 'error="insufficient_user_authentication".*max_age="60"', undefined],
  ['revocation_unknown', {}, 503, undefined, '5'],
]
for (const [code, requirement, status, challenge, retryAfter] of answers) {
  test(`${code} is answered with ${status}, the right challenge, and a problem document`, () => {
    const refusal = respond(new AuthError(code, { secret: 'private' }), new RouteRule(requirement))
    assert.equal(refusal.status, status)
    const header = refusal.headers['www-authenticate']
    if (challenge === undefined) assert.equal(header, undefined)
    else assert.match(header ?? '', new RegExp(challenge))
    assert.equal(refusal.headers['retry-after'], retryAfter)
    assert.equal(refusal.headers['content-type'], 'application/problem+json')
    assert.equal(refusal.headers['cache-control'], 'no-store')
    assert.equal(JSON.parse(refusal.body).code, code)
    assert.equal(refusal.body.includes('private'), false)
  })
}

test('[I11] what is not a refusal is answered with 500 and says nothing of its reason', () => {
  const refusal = respond(new TypeError('cannot read private'), new RouteRule({}))
  assert.equal(refusal.status, 500)
  assert.equal(JSON.parse(refusal.body).code, 'internal')
  assert.equal(refusal.body.includes('private'), false)
})
