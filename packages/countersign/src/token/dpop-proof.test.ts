import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeBase64url } from '../core/base64url.ts'
import { AuthError, type RefusalCode } from '../core/refusal.ts'
import { hmacKey, jwsAlgorithms, sha256Base64url } from '../crypto/index.ts'
import { generateSigningKey, publicJwk, thumbprint } from '../key/index.ts'
import { createDpopProof, type DpopExpectation, dpopAlgorithms, verifyDpopProof } from './dpop-proof.ts'
import { normalizedHttpUri } from './http-uri.ts'

const NOW = 1_900_000_000
const key = generateSigningKey('ES256')
const { kid, use, alg, ...jwk } = key.publicJwk
const request = { method: 'GET', uri: 'https://orders.example/a/b?x=1#f' }
const expect: DpopExpectation = { ...request, now: NOW, accessToken: 'token', keyThumbprint: key.kid }
const proof = createDpopProof(key, { ...request, id: 'id-1', issuedAt: NOW, accessToken: 'token' })

const refuses = (code: RefusalCode, reason?: string) => (error: unknown) =>
  error instanceof AuthError && error.code === code && (reason === undefined || String(error.detail['reason']).startsWith(reason))

const segment = (value: object): string => encodeBase64url(new TextEncoder().encode(JSON.stringify(value)))
const header = { typ: 'dpop+jwt', alg: 'ES256', jwk }
const claims = { jti: 'id', htm: 'GET', htu: 'https://orders.example/a/b', iat: NOW, ath: sha256Base64url('token') }

/** Signed by the key, whatever it says. */
function forged(headerChange: object, claimChange: object = {}): string {
  const input = `${segment({ ...header, ...headerChange })}.${segment({ ...claims, ...claimChange })}`
  return `${input}.${jwsAlgorithms.ES256.sign(key.privateKey, input)}`
}

// RFC 9449 section 4.1, figure 4, and section 6.1, figure 8: the key's thumbprint.
const rfcProof =
  'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg'

test('the proof of RFC 9449 figure 4 is right for its request, and its key has the thumbprint of figure 8', () => {
  const { keyThumbprint, id, issuedAt } = verifyDpopProof(rfcProof, {
    method: 'POST',
    uri: 'https://server.example.com/token',
    now: 1562262616,
  })
  assert.deepEqual([keyThumbprint, id, issuedAt], ['0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I', '-BwC3ESc6acc2lTc', 1562262616])
})

test('the thumbprint of RFC 7638 section 3.1', () => {
  const n =
    '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw'
  assert.equal(
    thumbprint(publicJwk({ kty: 'RSA', n, e: 'AQAB', alg: 'RS256', kid: '2011-04-29' })),
    'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
  )
})

for (const algorithm of dpopAlgorithms) {
  test(`a proof made with ${algorithm} is right for its request, key and token, for a minute and the clocks' difference`, () => {
    const own = generateSigningKey(algorithm)
    const made = createDpopProof(own, { ...request, id: 'n', issuedAt: NOW, accessToken: 'token', nonce: 'abc' })
    const verified = verifyDpopProof(made, { ...expect, keyThumbprint: own.kid, isNonce: (nonce) => nonce === 'abc' })
    assert.equal(verified.keyThumbprint, own.kid)
    assert.equal(verified.notAfter, NOW + 65)
    assert.equal('d' in verified.jwk, false)
  })
}

test('a request’s query and fragment do not count, and neither does the spelling of its address', () => {
  for (const uri of ['https://orders.example/a/b', 'HTTPS://ORDERS.example:443/a/./c/../b?y', 'https://orders.example/%61/b'])
    assert.equal(verifyDpopProof(proof, { ...expect, uri }).id, 'id-1')
  assert.equal(normalizedHttpUri('https://h/%2f%c3%a4%7E'), 'https://h/%2F%C3%A4~')
})

const otherRequests: ReadonlyArray<readonly [name: string, change: Partial<DpopExpectation>, reason: string]> = [
  ['another method', { method: 'POST' }, 'htm'],
  ['the method in lower case', { method: 'get' }, 'htm'],
  ['another path', { uri: 'https://orders.example/a/c' }, 'htu'],
  ['a path with an encoded slash', { uri: 'https://orders.example/a%2Fb' }, 'htu'],
  ['another host', { uri: 'https://orders.example.evil/a/b' }, 'htu'],
  ['another port', { uri: 'https://orders.example:444/a/b' }, 'htu'],
  ['plain http', { uri: 'http://orders.example/a/b' }, 'htu'],
  ['another token', { accessToken: 'token2' }, 'ath'],
  ['another key', { keyThumbprint: generateSigningKey('ES256').kid }, 'other_key'],
]
for (const [name, change, reason] of otherRequests) {
  test(`a proof is refused for ${name}`, () =>
    assert.throws(() => verifyDpopProof(proof, { ...expect, ...change }), refuses('proof_invalid', reason)))
}

const privateJwk = { ...jwk, d: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }
const bad: ReadonlyArray<readonly [name: string, proof: string, reason: string]> = [
  ['no JWT', 'x', 'structure'],
  ['four parts', `${proof}.x`, 'structure'],
  ['9000 characters', 'x'.repeat(9000), 'too_long'],
  ['a header that is no JSON', `x.${proof.split('.').slice(1).join('.')}`, 'header'],
  ['another type', forged({ typ: 'at+jwt' }), 'type'],
  ['no type', forged({ typ: undefined }), 'type'],
  ['no algorithm', forged({ alg: undefined }), 'algorithm'],
  ['the algorithm none', `${segment({ ...header, alg: 'none' })}.${segment(claims)}.`, 'algorithm'],
  ['an algorithm that its key does not have', forged({ alg: 'EdDSA' }), 'jwk'],
  ['a key of another algorithm', forged({ jwk: { ...jwk, alg: 'EdDSA' } }), 'algorithm'],
  ['no key', forged({ jwk: undefined }), 'jwk_missing'],
  ['a key by its name only', forged({ jwk: undefined, kid: key.kid }), 'jwk_missing'],
  ['a private key', forged({ jwk: privateJwk }), 'jwk: a public JWK holds a private member'],
  ['a symmetric key', forged({ jwk: { kty: 'oct', k: 'c2VjcmV0' } }), 'jwk'],
  ['a point off the curve', forged({ jwk: { ...jwk, x: 'AAAA' } }), 'other_key'],
  ['an address of a key', forged({ jku: 'https://evil.example' }), 'header_member'],
  ['a critical extension', forged({ crit: ['exp'] }), 'header_member'],
  ['a changed payload', proof.replace(/\.([^.]+)\./, `.${segment({ ...claims, htu: request.uri })}.`), 'signature'],
  ['a signature cut short', proof.slice(0, -4), 'signature'],
  ['no id', forged({}, { jti: undefined }), 'jti'],
  ['an id without end', forged({}, { jti: 'x'.repeat(257) }), 'jti'],
  ['no method', forged({}, { htm: undefined }), 'htm'],
  ['no address', forged({}, { htu: undefined }), 'htu'],
  ['a relative address', forged({}, { htu: '/a/b' }), 'htu'],
  ['an address with a user', forged({}, { htu: 'https://me@orders.example/a/b' }), 'htu'],
  ['no time', forged({}, { iat: undefined }), 'iat'],
  ['a time in words', forged({}, { iat: 'now' }), 'iat'],
  ['no hash of the token', forged({}, { ath: undefined }), 'ath'],
]
for (const [name, text, reason] of bad) {
  test(`a proof with ${name} is refused`, () => assert.throws(() => verifyDpopProof(text, expect), refuses('proof_invalid', reason)))
}

test('a proof under a secret that its verifier holds too is refused', () => {
  const secret = hmacKey(new Uint8Array(32).fill(1))
  const input = `${segment({ ...header, alg: 'HS256' })}.${segment(claims)}`
  const text = `${input}.${jwsAlgorithms.HS256.sign(secret, input)}`
  assert.throws(() => verifyDpopProof(text, expect), refuses('proof_invalid', 'algorithm'))
})

test('a key that is a point off its curve is refused, not believed', () => {
  const { keyThumbprint, ...anyKey } = expect
  assert.throws(() => verifyDpopProof(forged({ jwk: { ...jwk, y: jwk.x } }), anyKey), refuses('proof_invalid', 'jwk'))
})

test('an old proof and one from the future are refused, each a second beyond its bound', () => {
  assert.equal(verifyDpopProof(proof, { ...expect, now: NOW + 65 }).id, 'id-1')
  assert.throws(() => verifyDpopProof(proof, { ...expect, now: NOW + 66 }), refuses('request_expired', 'proof_too_old'))
  assert.equal(verifyDpopProof(proof, { ...expect, now: NOW - 5 }).id, 'id-1')
  assert.throws(() => verifyDpopProof(proof, { ...expect, now: NOW - 6 }), refuses('request_expired', 'proof_from_the_future'))
})

test('where nonces are asked for, a missing, foreign or ill-spelled one is refused as that', () => {
  const isNonce = (nonce: string): boolean => nonce.startsWith('mine')
  const withNonce = (nonce: unknown): string => forged({}, { nonce })
  assert.equal(verifyDpopProof(withNonce('mine-1'), { ...expect, isNonce }).id, 'id')
  for (const text of [proof, withNonce('yours'), withNonce('mine"'), withNonce(7), withNonce(`mine${'x'.repeat(600)}`)])
    assert.throws(() => verifyDpopProof(text, { ...expect, isNonce }), refuses('proof_nonce_required'))
})

test('every single changed character of a proof is refused', () => {
  for (let place = 0; place < proof.length; place++) {
    const changed = `${proof.slice(0, place)}${proof[place] === 'A' ? 'B' : 'A'}${proof.slice(place + 1)}`
    assert.throws(() => verifyDpopProof(changed, expect), AuthError, `at ${place}`)
  }
})
