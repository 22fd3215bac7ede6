import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hmacKey } from 'countersign/crypto'
import {
  contentDigest,
  fieldNames,
  fieldValues,
  messageSigningKey,
  publicSignatureKey,
  type RequestMessage,
  readRequestSignature,
  readResponseSignature,
  requestSignaturePolicy,
  responseSignaturePolicy,
  type SignatureKey,
  SignatureTemplate,
  secretSignatureKey,
  signDraft,
} from 'countersign/signature'
import { createSigner, createVerifier, httpbis, type Request } from 'http-message-signatures'
import { generateKeyPairSync } from 'node:crypto'

const body = '{"hello":"world"}'
const COVER = ['@method', '@target-uri', '@authority', '@path', '@query', 'content-type', 'content-digest']
const headers = { host: 'api.example', 'content-type': 'application/json', 'content-digest': contentDigest(body) }
const secret = Buffer.alloc(32, 9)

const jwk = (key: { export(options: { format: 'jwk' }): object }): Readonly<Record<string, unknown>> =>
  key.export({ format: 'jwk' }) as Readonly<Record<string, unknown>>
const ed25519 = generateKeyPairSync('ed25519')
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })

const keys = [
  { algorithm: 'hmac-sha256', ours: hmacKey(secret), check: secretSignatureKey(hmacKey(secret)), theirs: { sign: secret, verify: secret } },
  { algorithm: 'ed25519', ours: ed25519.privateKey, check: publicSignatureKey(jwk(ed25519.publicKey)), theirs: pems(ed25519) },
  { algorithm: 'ecdsa-p256-sha256', ours: p256.privateKey, check: publicSignatureKey(jwk(p256.publicKey)), theirs: pems(p256) },
  { algorithm: 'ecdsa-p384-sha384', ours: p384.privateKey, check: publicSignatureKey(jwk(p384.publicKey)), theirs: pems(p384) },
  {
    algorithm: 'rsa-pss-sha512',
    ours: rsa.privateKey,
    check: publicSignatureKey({ ...jwk(rsa.publicKey), alg: 'PS512' }),
    theirs: pems(rsa),
  },
  {
    algorithm: 'rsa-v1_5-sha256',
    ours: rsa.privateKey,
    check: publicSignatureKey({ ...jwk(rsa.publicKey), alg: 'RS256' }),
    theirs: pems(rsa),
  },
] as const

function pems({ privateKey, publicKey }: typeof rsa): { readonly sign: string; readonly verify: string } {
  return {
    sign: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    verify: String(publicKey.export({ type: 'spki', format: 'pem' })),
  }
}

function message(fields: Readonly<Record<string, string | string[]>>): RequestMessage {
  const lines = Object.entries(fields).flatMap(([name, value]) => [name, String(value)])
  return {
    method: 'POST',
    target: '/a/b?c=d',
    scheme: 'https',
    authority: 'api.example',
    values: fieldValues(lines),
    names: fieldNames(lines),
  }
}

const request = (fields: Readonly<Record<string, string>>): Request => ({
  method: 'POST',
  url: 'https://api.example/a/b?c=d',
  headers: fields,
})

function accepted(fields: Readonly<Record<string, string | string[]>>, key: SignatureKey): boolean {
  const signature = readRequestSignature(message(fields), requestSignaturePolicy({ requireNonce: true }))
  return signature !== undefined && signature.check(key) && signature.body.kind === 'digest' && signature.body.matches(Buffer.from(body))
}

for (const { algorithm, ours, check, theirs } of keys) {
  test(`[A07] http-message-signatures signs with ${algorithm}, and we accept what follows RFC 9421; one byte of it changed, and we do not`, async () => {
    const signer = {
      key: createSigner(theirs.sign, algorithm, 'key-1'),
      fields: COVER,
      params: ['created', 'keyid', 'alg', 'nonce', 'expires'],
      paramValues: { nonce: 'n-1' },
    }
    const signed = await httpbis.signMessage(signer, request(headers))
    const fields = signed.headers as Record<string, string>
    const lower = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]))
    // The library salts PSS with as many bytes as fit; RFC 9421 section 3.3.1 says 64.
    assert.equal(accepted(lower, check), algorithm !== 'rsa-pss-sha512')
    assert.equal(accepted({ ...lower, 'content-type': 'application/Json' }, check), false)
    assert.equal(accepted({ ...lower, 'signature-input': String(lower['signature-input']).replace('n-1', 'n-2') }, check), false)
  })

  test(`[A07] we sign with ${algorithm}, and http-message-signatures accepts it`, async () => {
    const draft = new SignatureTemplate({ keyId: 'key-1', cover: COVER, algorithm }).draft(message(headers), {
      created: Math.floor(Date.now() / 1000),
      nonce: 'n-1',
    })
    const fields = { ...headers, ...signDraft(draft, messageSigningKey(algorithm, ours)) }
    assert.equal(accepted(fields, check), true)
    const config = {
      keyLookup: async () => ({ id: 'key-1', algs: [algorithm], verify: createVerifier(theirs.verify, algorithm) }),
      requiredFields: COVER,
    }
    assert.equal(await httpbis.verifyMessage(config, request(fields)), true)
    assert.equal(await httpbis.verifyMessage(config, { ...request(fields), method: 'PUT' }), false)
  })
}

test('[A12] a response that http-message-signatures binds to its request is accepted for that request only', async () => {
  const fields = ['@status', 'content-digest', '@method;req', '@target-uri;req'].map((name) => name.replace(/^(.*);req$/, '"$1";req'))
  const answer = { status: 200, headers: { 'content-digest': contentDigest(body) } }
  const signer = { key: createSigner(secret, 'hmac-sha256', 'server'), fields, params: ['created', 'keyid'] }
  const signed = await httpbis.signMessage(signer, answer, request({}))
  const lines = Object.entries(signed.headers).flatMap(([name, value]) => [name, String(value)])
  const check = (method: string): boolean | undefined => {
    const response = { status: 200, values: fieldValues(lines), request: { ...message({}), method } }
    return readResponseSignature(response, responseSignaturePolicy())?.check(secretSignatureKey(hmacKey(secret)))
  }
  assert.deepEqual([check('POST'), check('GET')], [true, false])
})
