import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { AuthError } from '../../core/index.ts'
import { contentDigest } from '../content-digest.ts'
import { fieldNames, fieldValues, type RequestMessage, type ResponseMessage } from '../message.ts'
import { publicSignatureKey } from '../signature-key.ts'
import { readRequestSignature, readResponseSignature } from './read-signature.ts'
import { messageSigningKey, signDraft } from './sign-with-key.ts'
import { requestSignaturePolicy, responseSignaturePolicy } from './signature-policy.ts'
import { SignatureTemplate } from './signature-template.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const key = publicSignatureKey({ ...publicKey.export({ format: 'jwk' }) })
const body = Buffer.from('{"order":7}')
const COVER = ['@status', 'content-digest', '"@method";req', '"@target-uri";req', '"signature";req;key="sig1"']

function asked(target: string, signature = 'sig1=:AAAA:'): RequestMessage {
  const lines = ['Signature', signature]
  return { method: 'GET', target, scheme: 'https', authority: 'api.example', values: fieldValues(lines), names: fieldNames(lines) }
}

function answer(request: RequestMessage | undefined, lines: readonly string[], status = 200): ResponseMessage {
  const trailers = fieldValues(['Expires', 'never'])
  return { status, values: fieldValues(lines), trailers, ...(request === undefined ? {} : { request }) }
}

const content = ['Content-Length', '11', 'Content-Digest', contentDigest(body, 'sha-512')]

function signed(request: RequestMessage, cover: readonly string[] = COVER): readonly string[] {
  const draft = new SignatureTemplate({ keyId: 'server-1', cover }).draft(answer(request, content), { created: 1_700_000_000 })
  const fields = signDraft(draft, messageSigningKey('ed25519', privateKey))
  return [...content, 'Signature-Input', fields['signature-input'], 'Signature', fields.signature]
}

const policy = responseSignaturePolicy()

test('[A12] a signed response holds for the request that it answers, and no other', () => {
  const lines = signed(asked('/orders/7'))
  const check = (request: RequestMessage, status = 200): boolean | undefined =>
    readResponseSignature(answer(request, lines, status), policy)?.check(key)
  assert.equal(check(asked('/orders/7')), true)
  assert.equal(check(asked('/orders/8')), false)
  assert.equal(check({ ...asked('/orders/7'), method: 'HEAD' }), false)
  // The same question asked again: its signature is another one.
  assert.equal(check(asked('/orders/7', 'sig1=:BBBB:')), false)
  assert.equal(check(asked('/orders/7'), 201), false)
  const signature = readResponseSignature(answer(asked('/orders/7'), lines), policy)
  assert.ok(signature?.body.kind === 'digest')
  assert.deepEqual([signature.body.matches(body), signature.body.matches(Buffer.from('{"order":8}'))], [true, false])
})

const refuses = (code: string, detail: Readonly<Record<string, string>>, act: () => unknown): void =>
  assert.throws(act, (error) => {
    assert.ok(error instanceof AuthError)
    assert.deepEqual([error.code, { ...error.detail, ...detail }], [code, error.detail])
    return true
  })

test('[A12] a response that is not bound to its request is refused by what is missing', () => {
  for (const missing of ['@status', '"@method";req', '"@target-uri";req', 'content-digest']) {
    const lines = signed(
      asked('/'),
      COVER.filter((component) => component !== missing),
    )
    const identifier = missing.startsWith('"') ? missing : `"${missing}"`
    refuses('signature_incomplete', { missing: identifier }, () => readResponseSignature(answer(asked('/'), lines), policy))
  }
})

test('a response without its request, and a request that reaches into one, are refused by the component', () => {
  const lines = signed(asked('/'))
  refuses('signature_invalid', { reason: 'component_absent', component: '"@method";req' }, () =>
    readResponseSignature(answer(undefined, lines), policy),
  )
  const request = { ...asked('/'), values: fieldValues(lines), names: fieldNames(lines) }
  const any = requestSignaturePolicy({ cover: [], unsignedBody: true })
  refuses('signature_invalid', { reason: 'component_absent' }, () => readRequestSignature(request, any))
})

test('what derives from a request is no component of a response', () => {
  const draft = (component: string): unknown =>
    new SignatureTemplate({ keyId: 'k', cover: [component] }).draft(answer(asked('/'), content), { created: 1 })
  for (const component of ['@method', '@target-uri', '@path', '@query', '"@query-param";name="a"']) {
    assert.throws(() => draft(component), RangeError)
  }
  assert.doesNotThrow(() => draft('"expires";tr'))
  assert.throws(() => draft('expires'), RangeError)
  assert.throws(() => draft('"@status";req'), RangeError)
})
