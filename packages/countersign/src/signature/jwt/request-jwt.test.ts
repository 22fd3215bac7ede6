import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeBase64url } from '../../core/base64url.ts'
import { AuthError, type RefusalCode } from '../../core/refusal.ts'
import { hmacKey, jwsAlgorithms, sha256Base64url } from '../../crypto/index.ts'
import { generateSigningKey } from '../../key/index.ts'
import { fieldNames, fieldValues, type RequestMessage } from '../message.ts'
import { publicSignatureKey } from '../signature-key.ts'
import { type RequestJwtPolicyOptions, readRequestJwt, requestJwtPolicy, signRequestJwt } from './index.ts'

const at = 1_700_000_000
const key = hmacKey(new Uint8Array(32).fill(7))
const secretKey = { kind: 'secret', key } as const
const request = { method: 'POST', target: '/orders?dry=1', scheme: 'https', authority: 'api.example' } as const
const signing = { keyId: 'CSK1', algorithm: 'HS256', sign: (input: string) => key.base64url(input) } as const
const facts = { id: 'nonce-1', at, lifeSeconds: 2 }

function messageOf(compact: string, changes: Partial<RequestMessage> = {}): RequestMessage {
  const lines = ['Authorization', `Bearer ${compact}`]
  return { ...request, values: fieldValues(lines), names: fieldNames(lines), ...changes }
}

const read = (compact: string, options: RequestJwtPolicyOptions = {}, changes: Partial<RequestMessage> = {}) =>
  readRequestJwt(messageOf(compact, changes), requestJwtPolicy(options))

const segment = (value: object): string => encodeBase64url(new TextEncoder().encode(JSON.stringify(value)))
const claims = { jti: 'n', iat: at, exp: at + 2, htm: 'POST', htu: 'https://api.example/orders?dry=1' }

function jwt(payload: object, header: object = {}): string {
  const input = `${segment({ alg: 'HS256', typ: 'req+jwt', kid: 'CSK1', ...header })}.${segment(payload)}`
  return `${input}.${key.base64url(input)}`
}

const refuses = (code: RefusalCode) => (error: unknown) => error instanceof AuthError && error.code === code

test('a JWT that lives two seconds says who, when, which request, and what is to be claimed once', async () => {
  const bodySha256 = sha256Base64url('{}')
  const signature = read(await signRequestJwt(request, { ...facts, bodySha256 }, signing))
  assert.equal(signature?.check(secretKey), true)
  assert.equal(signature.keyId, 'CSK1')
  assert.equal(signature.nonce, 'nonce-1')
  assert.deepEqual([signature.signedAt, signature.expiresAt], [at, at + 2])
  assert.deepEqual(signature.covered, ['htm', 'htu', 'body_sha256'])
  assert.ok(signature.body.kind === 'digest')
  assert.equal(signature.body.matches(new TextEncoder().encode('{}')), true)
  assert.equal(signature.body.matches(new TextEncoder().encode('[]')), false)
  const meter = signature.body.meter()
  meter.update(new TextEncoder().encode('{'))
  meter.update(new TextEncoder().encode('}'))
  assert.equal(meter.matches(), true)
})

test('another key, a changed byte, or an algorithm that is not the key’s is no signature', async () => {
  const compact = await signRequestJwt(request, facts, signing)
  assert.equal(read(compact)?.check({ kind: 'secret', key: hmacKey(new Uint8Array(32)) }), false)
  assert.equal(read(`${compact.slice(0, -2)}AA`)?.check(secretKey), false)
  assert.equal(read(compact)?.check(publicSignatureKey({ ...generateSigningKey('EdDSA').publicJwk })), false)
})

test('a key pair signs as well', async () => {
  const { privateKey, publicJwk } = generateSigningKey('ES256')
  const sign = (input: string) => jwsAlgorithms.ES256.sign(privateKey, input)
  const compact = await signRequestJwt(request, facts, { keyId: 'CSK1', algorithm: 'ES256', sign })
  assert.equal(read(compact)?.check(publicSignatureKey({ ...publicJwk })), true)
  assert.equal(read(compact)?.check(secretKey), false)
})

for (const [what, changes] of [
  ['another method', { method: 'PUT' }],
  ['another path', { target: '/other?dry=1' }],
  ['another query', { target: '/orders?dry=0' }],
  ['no query', { target: '/orders' }],
  ['another host', { authority: 'evil.example' }],
  ['another scheme', { scheme: 'http' }],
] as const)
  test(`claims that name a request do not fit ${what}`, () => {
    for (const binds of ['target', 'path', 'nothing'] as const)
      assert.throws(() => read(jwt(claims), { binds }, changes), refuses('signature_invalid'))
  })

test('what has to be bound is named: method and target, or the path without the query, or nothing', () => {
  const { htm, htu, ...open } = claims
  const pathOnly = { ...open, htm, htu: 'https://api.example/orders' }
  for (const payload of [open, { ...open, htm }, { ...open, htu }, pathOnly])
    assert.throws(() => read(jwt(payload)), refuses('signature_incomplete'))
  assert.equal(read(jwt(pathOnly), { binds: 'path' })?.check(secretKey), true)
  assert.throws(() => read(jwt(open), { binds: 'path' }), refuses('signature_incomplete'))
  assert.equal(read(jwt(open), { binds: 'nothing' })?.check(secretKey), true)
})

test('without a digest there must be no body, unless the route takes bodies that are left open', () => {
  assert.deepEqual(read(jwt(claims))?.body, { kind: 'none' })
  assert.deepEqual(read(jwt(claims), { unsignedPayload: true })?.body, { kind: 'unsigned' })
})

for (const [what, payload, header] of [
  ['no jti', { ...claims, jti: undefined }, {}],
  ['an empty jti', { ...claims, jti: '' }, {}],
  ['no iat', { ...claims, iat: undefined }, {}],
  ['no exp', { ...claims, exp: undefined }, {}],
  ['an exp that is text', { ...claims, exp: '1' }, {}],
  ['an exp before its iat', { ...claims, exp: at }, {}],
  ['a life over what is allowed', { ...claims, exp: at + 121 }, {}],
  ['a digest that is none', { ...claims, body_sha256: 'x' }, {}],
  ['no key id', claims, { kid: undefined }],
  ['no algorithm', claims, { alg: 'none' }],
  ['a key of its own', claims, { jwk: {} }],
] as const)
  test(`refused before any cryptography: ${what}`, () => {
    assert.throws(() => read(jwt(payload, header)), refuses('credential_malformed'))
  })

test('an access token, a JWT of another type and what is no JWT are not ours', () => {
  for (const compact of [jwt(claims, { typ: 'at+jwt' }), jwt(claims, { typ: undefined }), jwt(claims, { typ: 1 }), 'opaque', 'e.e.e'])
    assert.equal(read(compact), undefined)
  assert.equal(readRequestJwt({ ...request, values: () => undefined, names: () => [] }, requestJwtPolicy()), undefined)
  assert.notEqual(read(jwt(claims, { typ: 'application/REQ+JWT' })), undefined)
})

test('a type of its own may be named, so that any JWT library will do; that of access tokens may not', () => {
  assert.equal(read(jwt(claims, { typ: 'JWT' }), { types: ['JWT'] })?.check(secretKey), true)
  for (const options of [{ types: ['at+jwt'] }, { types: [] }, { maxLifeSeconds: 0 }, { maxLifeSeconds: 121 }])
    assert.throws(() => requestJwtPolicy(options), RangeError)
})
