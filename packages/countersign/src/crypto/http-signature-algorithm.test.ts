import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import {
  type HttpSignatureAlgorithm,
  httpSignatureAlgorithms,
  isHttpSignatureAlgorithm,
  publicHttpSignatureKey,
} from './http-signature-algorithm.ts'
import { hmacKey } from './hmac.ts'
import type { JwsKey } from './key-requirement.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const rsaPss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' })
const ed25519 = generateKeyPairSync('ed25519')
const secret = hmacKey(Buffer.alloc(32, 1))

const pairs: Readonly<Record<HttpSignatureAlgorithm, { readonly privateKey: JwsKey; readonly publicKey: JwsKey }>> = {
  'hmac-sha256': { privateKey: secret, publicKey: secret },
  ed25519,
  'ecdsa-p256-sha256': p256,
  'ecdsa-p384-sha384': p384,
  'rsa-pss-sha512': rsa,
  'rsa-v1_5-sha256': rsa,
}
const lengths = {
  'hmac-sha256': 32,
  ed25519: 64,
  'ecdsa-p256-sha256': 64,
  'ecdsa-p384-sha384': 96,
  'rsa-pss-sha512': 256,
  'rsa-v1_5-sha256': 256,
}

for (const [name, { privateKey, publicKey }] of Object.entries(pairs)) {
  const algorithm = name as HttpSignatureAlgorithm
  const row = httpSignatureAlgorithms[algorithm]

  test(`${algorithm}: what was signed verifies, and nothing that differs from it`, () => {
    const signature = row.sign(privateKey, 'base')
    const bytes = Buffer.from(signature, 'base64')
    assert.equal(bytes.byteLength, lengths[algorithm])
    assert.equal(row.verify(publicKey, 'base', signature), true)
    assert.equal(row.verify(publicKey, 'bass', signature), false)
    for (let index = 0; index < bytes.byteLength; index++) {
      const other = Buffer.from(bytes)
      other[index] = (other[index] as number) ^ 1
      assert.equal(row.verify(publicKey, 'base', other.toString('base64')), false)
    }
  })

  test(`[I14] ${algorithm}: a signature of another length or spelling does not verify`, () => {
    const signature = row.sign(privateKey, 'base')
    const bytes = Buffer.from(signature, 'base64')
    const others = [
      ...[bytes.subarray(1), bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.alloc(1)]), Buffer.alloc(0)].map((other) =>
        other.toString('base64'),
      ),
      ...[bytes.toString('base64url'), `${signature}=`, `${signature} `, ` ${signature}`, `\u0100${signature.slice(1)}`, ''],
    ]
    // 32 bytes of base64 and base64url may be one text.
    for (const other of others) if (other !== signature) assert.equal(row.verify(publicKey, 'base', other), false, other)
  })

  test(`${algorithm}: a text that is not ASCII is neither signed nor verified`, () => {
    assert.throws(() => row.sign(privateKey, 'b\u00e4se'), RangeError)
    assert.equal(row.verify(publicKey, 'b\u00e4se', row.sign(privateKey, 'base')), false)
  })
}

test('an HMAC over UTF-8 of a text that is not ASCII does not verify either', () => {
  const mac = createHmac('sha256', Buffer.alloc(32, 1)).update('b\u00e4se').digest('base64')
  assert.equal(httpSignatureAlgorithms['hmac-sha256'].verify(secret, 'b\u00e4se', mac), false)
})

test('the two RSA algorithms, and the salt that RFC 9421 section 3.3.1 does not know, are told apart', () => {
  const [pss, pkcs] = [httpSignatureAlgorithms['rsa-pss-sha512'], httpSignatureAlgorithms['rsa-v1_5-sha256']]
  assert.equal(pss.verify(rsa.publicKey, 'base', pkcs.sign(rsa.privateKey, 'base')), false)
  assert.equal(pkcs.verify(rsa.publicKey, 'base', pss.sign(rsa.privateKey, 'base')), false)
  const short = sign('sha512', Buffer.from('base'), { key: rsa.privateKey, padding: 6, saltLength: 20 }).toString('base64')
  assert.equal(pss.verify(rsa.publicKey, 'base', short), false)
  assert.equal(pss.verify(rsaPss.publicKey, 'base', pss.sign(rsaPss.privateKey, 'base')), true)
})

test('a key of another kind, curve or size than its algorithm is refused', () => {
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
  const keys: Readonly<Record<string, JwsKey>> = {
    secret,
    ed25519: ed25519.publicKey,
    p256: p256.publicKey,
    p384: p384.publicKey,
    rsa: rsa.publicKey,
    rsaPss: rsaPss.publicKey,
    small,
    short: hmacKey(Buffer.alloc(31)),
  }
  const fitting: Readonly<Record<HttpSignatureAlgorithm, readonly string[]>> = {
    'hmac-sha256': ['secret'],
    ed25519: ['ed25519'],
    'ecdsa-p256-sha256': ['p256'],
    'ecdsa-p384-sha384': ['p384'],
    'rsa-pss-sha512': ['rsa', 'rsaPss'],
    'rsa-v1_5-sha256': ['rsa'],
  }
  for (const [algorithm, names] of Object.entries(fitting)) {
    const { requireKey } = httpSignatureAlgorithms[algorithm as HttpSignatureAlgorithm]
    for (const [name, key] of Object.entries(keys)) {
      if (names.includes(name)) assert.doesNotThrow(() => requireKey(key))
      else assert.throws(() => requireKey(key), RangeError, `${name} for ${algorithm}`)
    }
  }
})

test('a JWK becomes a key of its algorithm, and a private one, or one that is none, does not', () => {
  const jwk = p256.publicKey.export({ format: 'jwk' }) as Readonly<Record<string, unknown>>
  const row = httpSignatureAlgorithms['ecdsa-p256-sha256']
  assert.equal(row.verify(publicHttpSignatureKey('ecdsa-p256-sha256', jwk), 'base', row.sign(p256.privateKey, 'base')), true)
  const secretJwk = p256.privateKey.export({ format: 'jwk' }) as Readonly<Record<string, unknown>>
  for (const other of [secretJwk, {}, { ...jwk, x: 'AAAA' }, { ...jwk, crv: 'P-384' }]) {
    assert.throws(() => publicHttpSignatureKey('ecdsa-p256-sha256', other), RangeError)
  }
  assert.throws(() => publicHttpSignatureKey('ed25519', jwk), RangeError)
  assert.deepEqual(['ed25519', 'toString', 'none', 7, undefined].map(isHttpSignatureAlgorithm), [true, false, false, false, false])
})
