import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from 'countersign/core'
import { generateSigningKey, keySet, verificationKey } from 'countersign/key'
import {
  requireSecurityEventClaims,
  type SecurityEventClaims,
  signJws,
  signSecurityEventToken,
  verifyAccessToken,
  verifySecurityEventToken,
} from 'countersign/token'
import { hasVectors, vectors } from './published-vectors.ts'

const key = generateSigningKey('ES256')
const keys = keySet([verificationKey(key.publicJwk)])
const audienceOf = ({ aud = '' }: SecurityEventClaims): string => (typeof aud === 'string' ? aud : (aud[0] ?? ''))

const read = (): readonly SecurityEventClaims[] =>
  vectors<{ setClaims: readonly SecurityEventClaims[] }>('security-events/sets.json').setClaims

test('every printed set of claims comes through signing and verifying as it was', (context) => {
  if (!hasVectors(context)) return
  const sets = read()
  assert.ok(sets.length >= 5)
  for (const claims of sets) {
    const expect = { issuer: claims.iss, audience: audienceOf(claims), algorithms: ['ES256'] as const, now: claims.iat }
    assert.deepEqual(verifySecurityEventToken(signSecurityEventToken(claims, key), keys, expect), claims)
  }
})

const changes: readonly (readonly [what: string, change: Readonly<Record<string, unknown>>])[] = [
  ['without a jti', { jti: undefined }],
  ['without an iat', { iat: undefined }],
  ['from the future', { iat: 4_000_000_000 }],
  ['of another issuer', { iss: 'https://elsewhere.example' }],
  ['for another audience', { aud: 'https://elsewhere.example' }],
  ['for nobody', { aud: undefined }],
  ['for a number', { aud: [1] }],
  ['without events', { events: undefined }],
  ['with no event', { events: {} }],
  ['with events in a list', { events: [] }],
  ['with an event that is no object', { events: { 'https://example.com/event': true } }],
  ['with a subject that is no object', { sub_id: 'ann' }],
]

for (const [what, change] of changes) {
  test(`a security event token ${what} is refused`, (context) => {
    if (!hasVectors(context)) return
    for (const claims of read()) {
      const expect = { issuer: claims.iss, audience: audienceOf(claims), algorithms: ['ES256'] as const, now: claims.iat }
      const compact = signJws('secevent+jwt', { ...claims, ...change }, key)
      assert.throws(
        () => verifySecurityEventToken(compact, keys, expect),
        (error) => error instanceof AuthError && error.code === 'token_invalid',
      )
    }
  })
}

test('a security event token is no access token, and no access token is one', (context) => {
  if (!hasVectors(context)) return
  for (const claims of read()) {
    const expect = { issuer: claims.iss, audience: audienceOf(claims), algorithms: ['ES256'] as const, now: claims.iat }
    assert.throws(() => verifyAccessToken(signSecurityEventToken(claims, key), keys, expect), AuthError)
    for (const type of ['at+jwt', 'jwt', 'logout+jwt'])
      assert.throws(() => verifySecurityEventToken(signJws(type, claims, key), keys, expect), AuthError)
    assert.equal(requireSecurityEventClaims({ ...claims }).jti, claims.jti)
  }
})
