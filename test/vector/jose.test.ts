import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, type JsonWebKey } from 'node:crypto'
import { test } from 'node:test'
import { AuthError } from 'countersign/core'
import { hkdfSha256, hmacKey, hmacSha256, isJwsAlgorithm, type JwsKey, jwsAlgorithms } from 'countersign/crypto'
import {
  generateSigningKey,
  keySet,
  parseJwks,
  publicJwk,
  secretSigningKey,
  secretVerificationKey,
  thumbprint,
  verificationKey,
} from 'countersign/key'
import { signJws, verifyAccessToken, verifyJws } from 'countersign/token'
import { hasVectors, vectors } from './published-vectors.ts'

interface JoseCase {
  readonly id: string
  readonly kind: string
  readonly alg?: string
  readonly key?: JsonWebKey
  readonly compact?: string
  readonly deterministic?: boolean
  readonly expect?: string
  readonly jwk?: JsonWebKey
  readonly thumbprint?: string
  readonly jwks?: unknown
}

const joseCases = (): readonly JoseCase[] => vectors<{ cases: readonly JoseCase[] }>('jose/rfc-examples.json').cases

function verifyingKey(jwk: JsonWebKey): JwsKey {
  return jwk.kty === 'oct' ? hmacKey(Buffer.from(jwk.k ?? '', 'base64url')) : createPublicKey({ key: jwk, format: 'jwk' })
}

test('every compact JWS that the RFCs print verifies, if its algorithm is one of ours', (context) => {
  if (!hasVectors(context)) return
  let verified = 0
  for (const { id, kind, alg, key, compact = '', expect = '' } of joseCases()) {
    if (kind !== 'jws-compact' || !isJwsAlgorithm(alg) || key === undefined) continue
    assert.match(expect, /^valid/, id)
    assert.equal(jwsAlgorithms[alg].verify(verifyingKey(key), compact, compact.lastIndexOf('.')), true, id)
    verified++
  }
  assert.ok(verified >= 4, `only ${verified}`)
})

test('every compact form that the RFCs print is refused as an access token: none of them is one', (context) => {
  if (!hasVectors(context)) return
  const keys = keySet([secretVerificationKey('a', Buffer.alloc(32))])
  let refused = 0
  for (const { id, compact } of joseCases()) {
    if (compact === undefined) continue
    const expect = { issuer: 'joe', audience: 'a', algorithms: ['HS256', 'ES256', 'EdDSA', 'RS256', 'PS256'] as const, now: 1_300_819_300 }
    assert.throws(() => verifyAccessToken(compact, keys, expect), AuthError, id)
    refused++
  }
  assert.ok(refused >= 8, `only ${refused}`)
})

test('every published thumbprint comes out', (context) => {
  if (!hasVectors(context)) return
  let compared = 0
  for (const { id, kind, jwk, thumbprint: expected } of joseCases()) {
    if (expected === undefined) continue
    assert.equal(thumbprint(publicJwk({ ...jwk, kid: 'a' })), expected, `${id} ${kind}`)
    compared++
  }
  assert.ok(compared >= 2, `only ${compared}`)
})

test('every published JWK set is read or refused, and never with a key that does not fit', (context) => {
  if (!hasVectors(context)) return
  for (const { id, jwks } of joseCases()) {
    if (jwks === undefined) continue
    // RFC 7517 A.1 has an EC key for encryption and an RSA key; A.2 private keys; A.3 symmetric ones.
    assert.equal(parseJwks(jwks).size, id === 'rfc7517-A.1' ? 1 : 0, id)
  }
})

interface CookbookCase {
  readonly input: { readonly key: JsonWebKey; readonly alg: string }
  readonly signing: { readonly 'sig-input': string; readonly sig: string }
  readonly output: { readonly compact?: string }
}

for (const file of [
  'jws/4_1.rsa_v15_signature.json',
  'jws/4_4.hmac-sha2_integrity_protection.json',
  'jws/4_5.signature_with_detached_content.json',
  'curve25519/jws.json',
]) {
  test(`the signature of the JOSE cookbook's ${file} verifies`, (context) => {
    if (!hasVectors(context)) return
    const { input, signing } = vectors<CookbookCase>(`jose/cookbook/${file}`)
    assert.ok(isJwsAlgorithm(input.alg))
    const signed = signing['sig-input']
    assert.equal(jwsAlgorithms[input.alg].verify(verifyingKey(input.key), `${signed}.${signing.sig}`, signed.length), true)
    assert.equal(jwsAlgorithms[input.alg].verify(verifyingKey(input.key), `${signed}A.${signing.sig}`, signed.length + 1), false)
  })
}

test('the algorithms of the cookbook that are not ours (PS384, ES512) are not in the table', (context) => {
  if (!hasVectors(context)) return
  for (const file of ['4_2.rsa-pss_signature.json', '4_3.ecdsa_signature.json']) {
    assert.equal(isJwsAlgorithm(vectors<CookbookCase>(`jose/cookbook/jws/${file}`).input.alg), false)
  }
})

test('RFC 8032 section 7.1: Ed25519 signatures come out and verify', (context) => {
  if (!hasVectors(context)) return
  type Case = {
    readonly id: string
    readonly secretKeyHex: string
    readonly publicKeyHex: string
    readonly messageHex: string
    readonly signatureHex: string
  }
  let tried = 0
  for (const { id, secretKeyHex, publicKeyHex, messageHex, signatureHex } of vectors<{ cases: readonly Case[] }>('ed25519/rfc8032.json')
    .cases) {
    const message = Buffer.from(messageHex, 'hex')
    // The table signs texts: only messages that are ASCII can go through it.
    if (message.some((byte) => byte > 127)) continue
    const text = message.toString('latin1')
    const [d, x] = [secretKeyHex, publicKeyHex].map((hex) => Buffer.from(hex, 'hex').toString('base64url'))
    const jwk = { kty: 'OKP', crv: 'Ed25519', d: d ?? '', x: x ?? '' }
    const signature = Buffer.from(signatureHex, 'hex').toString('base64url')
    assert.equal(jwsAlgorithms.EdDSA.sign(createPrivateKey({ key: jwk, format: 'jwk' }), text), signature, id)
    assert.equal(jwsAlgorithms.EdDSA.verify(verifyingKey(jwk), `${text}.${signature}`, text.length), true, id)
    tried++
  }
  assert.ok(tried >= 2, `only ${tried}`)
})

test('RFC 4231: every HMAC-SHA256 comes out', (context) => {
  if (!hasVectors(context)) return
  type Case = { readonly hash: string; readonly key: string; readonly msg: string; readonly mac: string }
  let compared = 0
  for (const { hash, key, msg, mac } of vectors<{ cases: readonly Case[] }>('hmac/rfc4231-rfc2202.json').cases) {
    if (hash !== 'sha256') continue
    const ours = Buffer.from(hmacSha256(hmacKey(Buffer.from(key, 'hex')), Buffer.from(msg, 'hex'))).toString('hex')
    // Section 4.6 prints a truncated one.
    assert.equal(ours.slice(0, mac.length), mac)
    compared++
  }
  assert.ok(compared >= 6, `only ${compared}`)
})

test('RFC 5869: every HKDF-SHA256 comes out', (context) => {
  if (!hasVectors(context)) return
  type Case = {
    readonly hash: string
    readonly ikm: string
    readonly salt: string | null
    readonly info: string
    readonly L: number
    readonly okm: string
  }
  let compared = 0
  for (const { hash, ikm, salt, info, L, okm } of vectors<{ cases: readonly Case[] }>('hkdf/rfc5869.json').cases) {
    if (hash !== 'SHA-256') continue
    const bytes = hkdfSha256(Buffer.from(ikm, 'hex'), Buffer.from(info, 'hex'), L, Buffer.from(salt ?? '', 'hex'))
    assert.equal(Buffer.from(bytes).toString('hex'), okm)
    compared++
  }
  assert.ok(compared >= 3, `only ${compared}`)
})

interface AccessTokenExamples {
  readonly header: { readonly typ: string; readonly kid: string }
  readonly claims: { readonly iss: string; readonly aud: string; readonly exp: number; readonly iat: number }
  readonly rules: readonly { readonly change: string; readonly expect: 'valid' | 'invalid' }[]
}

test('RFC 9068: the rules derived from it decide as they say', (context) => {
  if (!hasVectors(context)) return
  const { header, claims, rules } = vectors<AccessTokenExamples>('rfc9068/examples.json')
  const key = { ...generateSigningKey('RS256'), kid: header.kid }
  const keys = keySet([verificationKey({ ...key.publicJwk, kid: header.kid })])
  const expect = {
    issuer: claims.iss,
    audience: claims.aud,
    algorithms: ['RS256'] as const,
    now: claims.iat + 1,
    maxLifetimeSeconds: claims.exp - claims.iat,
  }
  const changed = (change: string): { typ: string; claims: Record<string, unknown>; now?: number } => {
    const [subject = '', ...rest] = change.split(' ')
    const base = { typ: header.typ, claims: { ...claims } as Record<string, unknown> }
    if (subject === 'typ' && rest[0] !== 'absent') return { ...base, typ: rest[0] ?? '' }
    if (subject === 'typ' || change.startsWith('alg none') || change.startsWith('ID token')) return { ...base, typ: 'JWT' }
    if (change.endsWith(' missing'))
      return { ...base, claims: Object.fromEntries(Object.entries(base.claims).filter(([name]) => name !== subject)) }
    if (change.startsWith('iss differs')) return { ...base, claims: { ...base.claims, iss: claims.iss.slice(0, -1) } }
    if (change.startsWith('aud is an array')) return { ...base, claims: { ...base.claims, aud: ['https://a.example', claims.aud] } }
    if (change.startsWith('aud lacks')) return { ...base, claims: { ...base.claims, aud: 'https://a.example' } }
    if (change === 'exp in the past') return { ...base, now: claims.exp + 5 }
    if (change === 'unknown extra claim') return { ...base, claims: { ...base.claims, extra: 1 } }
    throw new Error(`a rule that this test does not know: ${change}`)
  }
  for (const rule of rules) {
    const { typ, claims: payload, now = expect.now } = changed(rule.change)
    const verify = (): unknown => verifyAccessToken(signJws(typ, payload, key), keys, { ...expect, now })
    if (rule.expect === 'valid') assert.doesNotThrow(verify, rule.change)
    else assert.throws(verify, AuthError, rule.change)
  }
})

test('the secret of RFC 7515 A.1 signs and verifies our own tokens as well', (context) => {
  if (!hasVectors(context)) return
  const { key } = joseCases().find(({ id }) => id === 'rfc7515-A.1') ?? {}
  const secret = Buffer.from(key?.k ?? '', 'base64url')
  const compact = signJws('test+jwt', { a: 1 }, secretSigningKey('a', secret))
  const verified = verifyJws(compact, keySet([secretVerificationKey('a', secret)]), { type: 'test+jwt', algorithms: ['HS256'] })
  assert.deepEqual(verified.payload, { a: 1 })
})
