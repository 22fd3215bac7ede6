import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type HttpSignatureAlgorithm, hmacKey } from '../../crypto/index.ts'
import { contentDigest } from '../content-digest.ts'
import { fieldNames, fieldValues, type RequestMessage } from '../message.ts'
import { publicSignatureKey, type SignatureKey, secretSignatureKey } from '../signature-key.ts'
import { readRequestSignature } from './read-signature.ts'
import { requestSignaturePolicy } from './signature-policy.ts'
import { SignatureTemplate, signMessage } from './signature-template.ts'
import { webCryptoContentDigest, webCryptoSign } from './web-crypto.ts'

const { subtle } = globalThis.crypto

async function pair(
  parameters: EcKeyGenParams | RsaHashedKeyGenParams | 'Ed25519',
  alg: string,
): Promise<readonly [CryptoKey, SignatureKey]> {
  const keys = await subtle.generateKey(parameters as EcKeyGenParams, false, ['sign', 'verify'])
  const { kty, crv, x, y, n, e } = await subtle.exportKey('jwk', keys.publicKey)
  const members = { kty, crv, x, y, n, e }
  const known = Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
  return [keys.privateKey, publicSignatureKey({ ...known, alg })]
}

async function secret(): Promise<readonly [CryptoKey, SignatureKey]> {
  const bytes = Uint8Array.from({ length: 32 }, (_, index) => index)
  const key = await subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return [key, secretSignatureKey(hmacKey(bytes))]
}

const rsa = { modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) }
const keys: Readonly<Record<HttpSignatureAlgorithm, () => Promise<readonly [CryptoKey, SignatureKey]>>> = {
  'hmac-sha256': secret,
  ed25519: () => pair('Ed25519', 'EdDSA'),
  'ecdsa-p256-sha256': () => pair({ name: 'ECDSA', namedCurve: 'P-256' }, 'ES256'),
  'ecdsa-p384-sha384': () => pair({ name: 'ECDSA', namedCurve: 'P-384' }, 'ES384'),
  'rsa-pss-sha512': () => pair({ name: 'RSA-PSS', hash: 'SHA-512', ...rsa }, 'PS512'),
  'rsa-v1_5-sha256': () => pair({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', ...rsa }, 'RS256'),
}

for (const [algorithm, make] of Object.entries(keys)) {
  test(`[A07] what a browser signs with ${algorithm}, by a key that it cannot read, holds here`, async () => {
    const [privateKey, key] = await make()
    const body = new TextEncoder().encode('{"a":1}')
    const digest = await webCryptoContentDigest(body)
    assert.equal(digest, contentDigest(body))
    const message = (lines: readonly string[]): RequestMessage => ({
      method: 'PUT',
      target: '/a',
      scheme: 'https',
      authority: 'api.example',
      values: fieldValues(lines),
      names: fieldNames(lines),
    })
    const template = new SignatureTemplate({ keyId: 'browser', cover: ['@method', '@target-uri', 'content-digest'], algorithm })
    const lines = ['content-digest', digest]
    const fields = await signMessage(message(lines), template, { created: 5, nonce: 'n' }, webCryptoSign(algorithm, privateKey))
    const received = message([...lines, 'signature-input', fields['signature-input'], 'signature', fields.signature])
    const signature = readRequestSignature(received, requestSignaturePolicy({ requireNonce: true }))
    assert.equal(signature?.check(key), true)
    assert.equal(signature.body.kind === 'digest' && signature.body.matches(body), true)
  })
}

test('an algorithm that nobody knows, and a text that is not ASCII, are not signed', async () => {
  const [key] = await secret()
  assert.throws(() => webCryptoSign('hmac-md5', key), RangeError)
  const lines = ['x', 'Jos\u00e9']
  const message = { status: 200, values: fieldValues(lines) }
  await assert.rejects(
    signMessage(message, new SignatureTemplate({ keyId: 'k', cover: ['x'] }), { created: 1 }, webCryptoSign('hmac-sha256', key)),
    RangeError,
  )
})
