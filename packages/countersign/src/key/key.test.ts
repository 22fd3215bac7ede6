import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { hkdfSha256 } from '../crypto/index.ts'
import {
  derivePurposeKey,
  exportPrivateKey,
  generateSigningKey,
  importSigningKey,
  keySet,
  type PublicJwk,
  parseJwks,
  publicJwk,
  secretSigningKey,
  secretVerificationKey,
  type SignatureAlgorithm,
  thumbprint,
  verificationKey,
} from './index.ts'

const algorithms: readonly SignatureAlgorithm[] = ['ES256', 'EdDSA', 'RS256', 'PS256']
const keys = new Map(algorithms.map((algorithm) => [algorithm, generateSigningKey(algorithm)]))
const jwkOf = (algorithm: SignatureAlgorithm): PublicJwk => keys.get(algorithm)?.publicJwk as PublicJwk

test('the thumbprint of RFC 7638 section 3.1', () => {
  const n =
    '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw'
  assert.equal(
    thumbprint(publicJwk({ kty: 'RSA', n, e: 'AQAB', alg: 'RS256', kid: '2011-04-29' })),
    'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
  )
})

test('the name of a new key never begins with a dash: a command line would take it for an option', () => {
  // One in 64 thumbprints does.
  for (let made = 0; made < 1000; made++) assert.doesNotMatch(generateSigningKey('EdDSA').kid, /^-/)
})

test('the thumbprint of RFC 8037 A.3', () => {
  const jwk = publicJwk({ kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid: 'a' })
  assert.equal(thumbprint(jwk), 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
})

for (const algorithm of algorithms) {
  test(`an ${algorithm} key is named by its thumbprint, publishes no private member and survives export and import`, () => {
    const key = keys.get(algorithm)
    assert.ok(key)
    assert.equal(key.kid, thumbprint(key.publicJwk))
    assert.equal(key.publicJwk.alg, algorithm)
    for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) assert.equal(Object.hasOwn(key.publicJwk, name), false)
    assert.deepEqual(importSigningKey(algorithm, exportPrivateKey(key)).publicJwk, key.publicJwk)
    assert.equal(verificationKey(key.publicJwk).algorithm, algorithm)
    assert.doesNotMatch(JSON.stringify(key), /"d"/)
  })

  test(`bytes that are no ${algorithm} key are refused as one`, () => {
    const other = keys.get(algorithm === 'ES256' ? 'EdDSA' : 'ES256')
    assert.ok(other)
    for (const bytes of [new Uint8Array(), Buffer.from('not a key'), exportPrivateKey(other)]) {
      assert.throws(() => importSigningKey(algorithm, bytes), RangeError)
    }
  })
}

test('no public key can be made for an algorithm that has none', () => {
  assert.throws(() => generateSigningKey('HS256'), RangeError)
  assert.throws(() => importSigningKey('HS256', new Uint8Array(32)), RangeError)
})

const ec = jwkOf('ES256')
const unusable: readonly (readonly [name: string, jwk: unknown])[] = [
  ['a private EC member', { ...ec, d: 'AA' }],
  ['a private RSA member', { ...jwkOf('RS256'), dp: 'AA' }],
  ['a symmetric key', { kty: 'oct', k: 'A'.repeat(43), kid: 'a', alg: 'HS256' }],
  ['an unknown kind', { ...ec, kty: 'XX' }],
  ['another curve', { ...ec, crv: 'P-384' }],
  ['the secp256k1 curve', { ...ec, crv: 'secp256k1' }],
  ['the algorithm of another kind', { ...ec, alg: 'RS256' }],
  ['the algorithm none', { ...ec, alg: 'none' }],
  ['a key for encryption', { ...ec, use: 'enc' }],
  ['a key for deriving', { ...ec, key_ops: ['deriveKey'] }],
  ['a point off the curve', { ...ec, y: ec.x }],
  ['a missing coordinate', { ...ec, y: undefined }],
  ['a coordinate that is no text', { ...ec, x: 1 }],
  ['no kid', { ...ec, kid: undefined }],
  ['an endless kid', { ...ec, kid: 'a'.repeat(1000) }],
  ['an object as kid', { ...ec, kid: { a: 1 } }],
  ['an X25519 key', { ...jwkOf('EdDSA'), crv: 'X25519' }],
  ['a 1024-bit RSA key', rsaJwk(1024)],
  ['an even RSA exponent', { ...jwkOf('RS256'), e: 'Ag' }],
  ['null', null],
  ['a list', []],
]
for (const [name, jwk] of unusable) {
  test(`a JWK that is ${name}, or has it, is no verification key, and is skipped in a set`, () => {
    assert.throws(() => verificationKey(jwk as PublicJwk), RangeError)
    assert.equal(parseJwks({ keys: [jwk, jwkOf('EdDSA')] }).size, 1)
  })
}

function rsaJwk(modulusLength: number): object {
  return { ...generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'jwk' }), alg: 'RS256', kid: 'small' }
}

test('a key without alg gets the one of its kind; foreign members are not kept', () => {
  const { alg, use, ...bare } = ec
  assert.equal(verificationKey({ ...bare, x5c: ['AA'], use } as unknown as PublicJwk).algorithm, 'ES256')
  assert.deepEqual(publicJwk({ ...bare, x5u: 'https://evil.test' }), { ...bare, alg, use: 'sig' })
})

test('a set finds keys by id and by nothing else', () => {
  const set = parseJwks({ keys: [ec, jwkOf('EdDSA')] })
  assert.equal(set.size, 2)
  assert.equal(set.find(ec.kid)?.algorithm, 'ES256')
  for (const kid of ['', '__proto__', 'constructor', '../../etc/passwd', "' or 1=1--", `${ec.kid}\0`])
    assert.equal(set.find(kid), undefined)
})

test('a set with the same id twice is refused: which key is meant would be a matter of order', () => {
  assert.throws(() => parseJwks({ keys: [ec, { ...jwkOf('EdDSA'), kid: ec.kid }] }), RangeError)
  assert.throws(() => keySet([verificationKey(ec), verificationKey(ec)]), RangeError)
})

for (const document of [null, [], {}, { keys: {} }, 'keys', { keys: Array.from({ length: 101 }, () => ec) }]) {
  test(`${JSON.stringify(document)?.slice(0, 20)} is refused as a JWK set`, () => assert.throws(() => parseJwks(document), RangeError))
}

test('a secret under 32 bytes is no key', () => {
  assert.throws(() => secretVerificationKey('k', Buffer.alloc(31)), RangeError)
  assert.throws(() => secretSigningKey('k', Buffer.from('password')), RangeError)
  assert.equal(secretVerificationKey('k', Buffer.alloc(32)).algorithm, 'HS256')
})

test('[I22] each purpose has its own key, derived as documented', () => {
  const secret = Buffer.alloc(32, 1)
  assert.deepEqual(derivePurposeKey(secret, 'refresh/1'), hkdfSha256(secret, 'countersign/refresh/1', 32))
  assert.notDeepEqual(derivePurposeKey(secret, 'refresh/1'), derivePurposeKey(secret, 'refresh/2'))
})
