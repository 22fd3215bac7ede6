import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { hmacKey } from '../crypto/index.ts'
import { publicSignatureKey, secretSignatureKey } from './signature-key.ts'

const jwk = (key: { export(options: { format: 'jwk' }): object }): Readonly<Record<string, unknown>> =>
  key.export({ format: 'jwk' }) as Readonly<Record<string, unknown>>

const rsa = jwk(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey)
const ed25519 = jwk(generateKeyPairSync('ed25519').publicKey)
const p256 = jwk(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)
const p384 = jwk(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey)

test('a key has one algorithm: its curve’s, or the one that it names', () => {
  const algorithmOf = (document: Readonly<Record<string, unknown>>): string => {
    const key = publicSignatureKey(document)
    return key.kind === 'public' ? key.algorithm : key.kind
  }
  assert.deepEqual([ed25519, p256, p384].map(algorithmOf), ['ed25519', 'ecdsa-p256-sha256', 'ecdsa-p384-sha384'])
  const named = [
    { ...ed25519, alg: 'Ed25519' },
    { ...p256, alg: 'ES256', use: 'sig' },
    { ...rsa, alg: 'RS256' },
    { ...rsa, alg: 'PS512' },
  ]
  assert.deepEqual(named.map(algorithmOf), ['ed25519', 'ecdsa-p256-sha256', 'rsa-v1_5-sha256', 'rsa-pss-sha512'])
})

test('a key that fits two algorithms and names none, names another kind’s, or is for something else, is refused', () => {
  for (const document of [
    ...[rsa, { ...rsa, alg: 'PS256' }, { ...rsa, alg: 'ES256' }, { ...p256, alg: 'EdDSA' }, { ...p256, alg: 'toString' }],
    ...[
      { ...p256, use: 'enc' },
      { kty: 'oct', k: 'AAAA' },
      { ...p256, crv: 'secp256k1' },
    ],
  ]) {
    assert.throws(() => publicSignatureKey(document), RangeError)
  }
})

test('a secret under 32 bytes is no key', () => {
  assert.throws(() => secretSignatureKey(hmacKey(Buffer.alloc(31))), RangeError)
  assert.equal(secretSignatureKey(hmacKey(Buffer.alloc(32))).kind, 'secret')
})
