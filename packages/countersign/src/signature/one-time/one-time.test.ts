import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError, systemRandom } from '../../core/index.ts'
import { generateSlhDsaKey, hmacKey, privateKeyToPkcs8 } from '../../crypto/index.ts'
import { fieldNames, fieldValues, type RequestMessage } from '../message.ts'
import { publicSignatureKey, type SignatureKey, secretSignatureKey } from '../signature-key.ts'
import { type OneTimeSignature, readOneTimeSignature } from './one-time-signature.ts'
import { createOneTimeSigner, type LeafCounter } from './signer.ts'
import { type OneTimeSigningKey, oneTimeKey, slhDsaOneTimeKey } from './signing-key.ts'

const secret = Buffer.alloc(32, 7)
const key = oneTimeKey(secret, { leaves: 32 })
const publicKey = publicSignatureKey(key.publicJwk)
const body = new TextEncoder().encode('{"order":7}')
const request = {
  method: 'POST',
  scheme: 'https',
  authority: 'api.example',
  target: '/orders?a=1',
  contentType: 'application/json',
} as const

function counter(): LeafCounter {
  let next = 0
  return { take: async () => next++ }
}

function messageOf(authorization: string, changes: Partial<RequestMessage> & { readonly contentType?: string } = {}): RequestMessage {
  const { contentType = request.contentType, ...parts } = changes
  const lines = ['Authorization', authorization, ...(contentType === '' ? [] : ['Content-Type', contentType])]
  const { method, scheme, authority, target } = request
  return { method, scheme, authority, target, values: fieldValues(lines), names: fieldNames(lines), ...parts }
}

function read(authorization: string, changes: Parameters<typeof messageOf>[1] = {}): OneTimeSignature {
  const signature = readOneTimeSignature(messageOf(authorization, changes))
  assert.ok(signature)
  return signature
}

const signerOf = (signing: OneTimeSigningKey = key) =>
  createOneTimeSigner({ keyId: 'CSKDEVICE', key: signing, leaves: counter(), random: systemRandom })

test('[A16] a request that a leaf has signed is right under the public key, says its leaf, and says no time', async () => {
  const signer = signerOf()
  for (const leaf of [0, 1, 2]) {
    const signature = read(await signer.sign(request, body))
    assert.deepEqual([signature.keyId, signature.leaf, signature.nonce], ['CSKDEVICE', leaf, String(leaf)])
    assert.deepEqual([signature.signedAt, signature.expiresAt], [undefined, undefined])
    assert.equal(signature.check(publicKey), true)
    assert.ok(signature.body.kind === 'digest')
    assert.equal(signature.body.matches(body), true)
    assert.equal(signature.body.matches(new TextEncoder().encode('{"order":8}')), false)
    const meter = signature.body.meter()
    meter.update(body.subarray(0, 4))
    meter.update(body.subarray(4))
    assert.equal(meter.matches(), true)
  }
})

test('[A16] every change of what is signed is found', async () => {
  const authorization = await signerOf().sign(request, body)
  const changes: readonly Parameters<typeof messageOf>[1][] = [
    ...([{ method: 'PUT' }, { target: '/orders?a=2' }, { authority: 'other.example' }, { scheme: 'http' }] as const),
    ...[{ contentType: 'text/plain' }, { contentType: '' }],
  ]
  for (const change of changes) assert.equal(read(authorization, change).check(publicKey), false, JSON.stringify(change))
  const swaps: readonly (readonly [string | RegExp, string])[] = [
    ['leaf="0"', 'leaf="1"'],
    ['CSKDEVICE', 'CSKDEVICF'],
    [/digest="[^"]*", /, ''],
    [/digest="./, 'digest="/'],
  ]
  for (const [from, to] of swaps) assert.equal(read(authorization.replace(from, to)).check(publicKey), false, String(from))
})

test('a request without a body is signed as one without', async () => {
  const signature = read(await signerOf().sign({ ...request, contentType: '' }), { contentType: '' })
  assert.deepEqual(signature.body, { kind: 'none' })
  assert.equal(signature.check(publicKey), true)
})

test('another key, and a key of another kind, make it wrong', async () => {
  const signature = read(await signerOf().sign(request, body))
  const others: readonly SignatureKey[] = [
    publicSignatureKey(oneTimeKey(Buffer.alloc(32, 8), { leaves: 32 }).publicJwk),
    secretSignatureKey(hmacKey(secret)),
  ]
  for (const other of others) assert.equal(signature.check(other), false)
})

test('another scheme is not ours, and what cannot be read is refused with its part', async () => {
  assert.equal(readOneTimeSignature(messageOf('Bearer x')), undefined)
  const good = await signerOf().sign(request, body)
  const bad: readonly (readonly [string, string])[] = [
    ['OneTime ', 'parameter'],
    [`${good}, leaf="0"`, 'parameter'],
    [`${good}, time="1"`, 'parameter'],
    [good.replace('leaf="0"', 'leaf="00"'), 'leaf'],
    [good.replace('leaf="0"', 'leaf="33554432"'), 'leaf'],
    [good.replace('leaf="0", ', ''), 'leaf'],
    [good.replace('CSKDEVICE', 'CSK DEVICE'), 'keyid'],
    [good.replace('signature="', 'signature="='), 'signature'],
    [good.replace(/digest="[^"]*"/, 'digest="AAAA"'), 'digest'],
    [`${good}${' '.repeat(12_288)}`, 'authorization'],
  ]
  for (const [authorization, part] of bad) {
    const isRefused = (error: unknown): boolean =>
      error instanceof AuthError && error.code === 'credential_malformed' && error.detail['part'] === part
    assert.throws(() => readOneTimeSignature(messageOf(authorization)), isRefused, part)
  }
  const twice = messageOf(good, { values: (name) => (name === 'authorization' ? [good, good] : undefined) })
  assert.throws(() => readOneTimeSignature(twice), AuthError)
})

test('[A16] one secret and one file make one key on both sides; another file, another generation or another size makes another', () => {
  const file = Buffer.alloc(32, 1)
  const pub = (options: Parameters<typeof oneTimeKey>[1]): string => oneTimeKey(secret, { leaves: 32, ...options }).publicJwk.pub
  assert.equal(pub({ fileSha256: file }), pub({ fileSha256: Buffer.alloc(32, 1) }))
  const keys = [pub({}), pub({ fileSha256: file }), pub({ fileSha256: Buffer.alloc(32, 2) }), pub({ generation: 2 }), pub({ chainBits: 8 })]
  assert.equal(new Set(keys).size, keys.length)
})

test('a short secret, a digest that is none, and sizes that are not made are refused', () => {
  assert.throws(() => oneTimeKey(Buffer.alloc(31)), RangeError)
  assert.throws(() => oneTimeKey(secret, { fileSha256: Buffer.alloc(20) }), RangeError)
  assert.throws(() => oneTimeKey(secret, { generation: 0 }), RangeError)
  assert.throws(() => oneTimeKey(secret, { leaves: 64 as 32 }), RangeError)
})

test('[A16] a signer takes the leaf before it signs, and refuses when all are used', async () => {
  const taken: number[] = []
  const leaves: LeafCounter = { take: async () => taken.push(taken.length) - 1 }
  const failing: OneTimeSigningKey = { ...key, sign: () => Promise.reject(new Error('power cut')) }
  await assert.rejects(createOneTimeSigner({ keyId: 'k', key: failing, leaves }).sign(request), /power cut/)
  assert.deepEqual(taken, [0])
  const signature = read(await createOneTimeSigner({ keyId: 'k', key, leaves }).sign(request), {})
  assert.equal(signature.leaf, 1)
  taken.length = 32
  await assert.rejects(createOneTimeSigner({ keyId: 'k', key, leaves }).sign(request), RangeError)
})

test('a public key of another algorithm, with a private member or for encryption is refused', () => {
  const jwk = key.publicJwk
  for (const wrong of [
    { ...jwk, alg: 'ML-DSA-44' },
    { ...jwk, alg: 'EdDSA' },
    { ...jwk, priv: 'AAAA' },
    { ...jwk, use: 'enc' },
    { ...jwk, pub: `${jwk.pub}A` },
    { ...jwk, alg: 'SLH-DSA-SHA2-128s' },
  ]) {
    assert.throws(() => publicSignatureKey(wrong), RangeError, JSON.stringify(wrong))
  }
})

test('[A16] a key of SLH-DSA signs in the same form, number by number', async () => {
  const signing = slhDsaOneTimeKey(privateKeyToPkcs8(generateSlhDsaKey()))
  const authorization = await signerOf(signing).sign(request, body)
  const signature = read(authorization)
  const slhDsa = publicSignatureKey(signing.publicJwk)
  assert.equal(signature.check(slhDsa), true)
  assert.equal(read(authorization.replace('leaf="0"', 'leaf="1"')).check(slhDsa), false)
  assert.equal(signature.check(publicKey), false)
})
