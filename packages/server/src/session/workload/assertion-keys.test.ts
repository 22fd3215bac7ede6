import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError, ManualClock, systemRandom } from 'countersign/core'
import { generateSigningKey, type SigningKey } from 'countersign/key'
import { signJws } from 'countersign/token'
import { AssertionMismatch, claimedIssuer, MAXIMUM_ASSERTION, requireAssertion } from './assertion.ts'
import { AssertionKeys } from './assertion-keys.ts'
import type { TrustRule } from './trust-rule.ts'

const ISSUER = 'https://ci.example'
const NOW = 1_800_000_000

/** An issuer that publishes what the test says, and counts. */
function issuing(...keys: SigningKey[]) {
  const clock = new ManualClock(NOW * 1000)
  const state = { keys, asked: 0, isAway: false }
  const fetch = async (input: unknown): Promise<Response> => {
    state.asked++
    if (state.isAway) throw new TypeError('away')
    const isKeys = String(input).endsWith('/jwks')
    return Response.json(isKeys ? { keys: state.keys.map(({ publicJwk }) => publicJwk) } : { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks` })
  }
  return { clock, state, keys: new AssertionKeys({ clock, random: systemRandom, fetch }) }
}

const sign = (key: SigningKey, claims: object = {}, type = 'JWT'): string => signJws(type, { iss: ISSUER, ...claims }, key)
const byDiscovery = { issuer: ISSUER, jwks: undefined }
const mismatch = (problem: string) => (error: unknown) => error instanceof AssertionMismatch && error.problem === problem

test('keys are read when they are used, kept, and read again for one that is not known; an outage says so', async () => {
  const [first, second] = [generateSigningKey('ES256'), generateSigningKey('ES256')]
  const { clock, state, keys } = issuing(first)
  assert.equal((await keys.verify(sign(first), byDiscovery)).keyId, first.kid)
  await keys.verify(sign(first), byDiscovery)
  assert.equal(state.asked, 2, 'the description and the keys, once')
  state.keys.push(second)
  // Asked just now: whether there is such a key cannot be known.
  await assert.rejects(
    keys.verify(sign(second), byDiscovery),
    (error) => error instanceof AuthError && error.code === 'provider_unavailable',
  )
  assert.equal(state.asked, 2)
  clock.advance(5_000)
  assert.equal((await keys.verify(sign(second), byDiscovery)).keyId, second.kid)
  clock.advance(5_000)
  await assert.rejects(keys.verify(sign(generateSigningKey('ES256')), byDiscovery), mismatch('unknown_key'))
  state.isAway = true
  clock.advance(5_000)
  await keys.verify(sign(first), byDiscovery)
  clock.advance(3_600_001)
  await assert.rejects(
    keys.verify(sign(first), byDiscovery),
    (error) => error instanceof AuthError && error.code === 'provider_unavailable',
  )
})

test('keys that stand in a rule are used for it alone, and nobody is asked', async () => {
  const key = generateSigningKey('EdDSA')
  const { clock, state, keys } = issuing()
  const fixed = { issuer: ISSUER, jwks: { keys: [{ ...key.publicJwk }] } }
  assert.equal((await keys.verify(sign(key), fixed)).keyId, key.kid)
  await assert.rejects(keys.verify(sign(generateSigningKey('EdDSA')), fixed), mismatch('unknown_key'))
  assert.equal(state.asked, 0)
  // Asked for the first time, it says that it has none: the next one is told so.
  await assert.rejects(keys.verify(sign(key), byDiscovery))
  clock.advance(5_000)
  await assert.rejects(keys.verify(sign(key), byDiscovery), mismatch('unknown_key'))
})

test('what is typed as something else is none: access token, logout token, proof, request', async () => {
  const key = generateSigningKey('ES256')
  const { keys } = issuing(key)
  for (const type of ['at+jwt', 'logout+jwt', 'dpop+jwt', 'secevent+jwt', 'oauth-authz-req+jwt', 'client-authentication+jwt']) {
    await assert.rejects(keys.verify(sign(key, {}, type), byDiscovery), mismatch('type'), type)
  }
})

const rule: TrustRule = {
  id: 'tru_a',
  name: 'Deploy',
  issuer: ISSUER,
  jwks: undefined,
  assertionAudience: undefined,
  subject: 'repo:acme/shop:*',
  claims: {},
  assertionSeconds: 3600,
  reusable: false,
  service: 'svc_a',
  scopes: [],
  audience: [],
  tokenSeconds: 900,
  createdAt: NOW * 1000,
}

test('an assertion is the same by its issuer and jti, and without a jti by what was signed, whatever the signature looks like', () => {
  const audience = 'https://us.example'
  const idOf = (compact: string, change: object = {}): string => {
    const payload = { iss: ISSUER, aud: audience, sub: 'repo:acme/shop:x', exp: NOW + 60, ...change }
    return requireAssertion({ compact, payload, keyId: 'k' }, rule, { now: NOW, audience: [audience] }).id
  }
  assert.equal(idOf('h.p.s1', { jti: '1' }), idOf('h.other.s2', { jti: '1' }))
  assert.notEqual(idOf('h.p.s', { jti: '1' }), idOf('h.p.s', { jti: '2' }))
  assert.equal(idOf('h.p.s1'), idOf('h.p.s2'))
  assert.notEqual(idOf('h.p.s'), idOf('h.q.s'))
})

test('an assertion may end as late as its rule says, by a clock that is a minute ahead of ours, and no later', () => {
  const endsIn = (seconds: number) => {
    const payload = { iss: ISSUER, aud: 'us', sub: 'repo:acme/shop:x', iat: NOW + 60, exp: NOW + seconds }
    return requireAssertion({ compact: 'h.p.s', payload, keyId: 'k' }, rule, { now: NOW, audience: ['us'] }).expiresAt
  }
  assert.equal(endsIn(3660), NOW + 3660)
  assert.throws(() => endsIn(3661), mismatch('exp'))
  assert.throws(() => endsIn(0), mismatch('exp'))
})

test('who has made it is read of what is bounded and has three parts', () => {
  const key = generateSigningKey('ES256')
  assert.equal(claimedIssuer(sign(key)), ISSUER)
  for (const bad of [
    '',
    'x',
    'a.b',
    'a.b.c',
    sign(key, { iss: 7 }),
    sign(key, { iss: '' }),
    // Two readers of it could see two issuers.
    `h.${Buffer.from(`{"iss":"https://other.example","iss":"${ISSUER}"}`).toString('base64url')}.s`,
    `h.${Buffer.from(`{"__proto__":{"iss":"${ISSUER}"}}`).toString('base64url')}.s`,
    sign(key, { x: 'y'.repeat(MAXIMUM_ASSERTION) }),
  ]) {
    assert.equal(claimedIssuer(bad), undefined, bad.slice(0, 40))
  }
})
