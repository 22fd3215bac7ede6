import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { test } from 'node:test'
import { type HttpSignatureAlgorithm, hmacKey } from 'countersign/crypto'
import {
  ComponentError,
  fieldNames,
  fieldValues,
  messageSigningKey,
  publicSignatureKey,
  readRequestSignature,
  readResponseSignature,
  type RequestMessage,
  type RequestSignature,
  requestSignaturePolicy,
  type ResponseMessage,
  secretSignatureKey,
  signDraft,
  type SignableMessage,
  type SignatureKey,
  SignatureTemplate,
} from 'countersign/signature'
import { hasVectors, vectors } from './published-vectors.ts'

type Lines = readonly (readonly [name: string, value: string])[]

interface WireMessage {
  readonly type: 'request' | 'response'
  readonly method: string
  readonly target: string
  readonly scheme: 'http' | 'https'
  readonly status: number
  readonly headers: Lines
  readonly trailers?: Lines
  readonly body: string | null
}

interface Case {
  readonly id: string
  readonly label: string
  readonly keyid: string
  readonly alg: HttpSignatureAlgorithm
  readonly deterministic: boolean
  readonly message: WireMessage
  readonly request?: WireMessage
  readonly signature: string
  readonly signatureBase: string
  readonly signatureParams: string
  readonly expect: 'valid' | 'invalid'
}

interface Vectors {
  readonly keys: Readonly<
    Record<string, { readonly base64?: string; readonly jwk?: Readonly<Record<string, string>>; readonly privateKeyPem?: string }>
  >
  readonly cases: readonly Case[]
  readonly components: readonly {
    readonly name: string
    readonly message: WireMessage
    readonly component: string
    readonly value: string | null
    readonly error?: boolean
  }[]
}

const read = (): Vectors => vectors<Vectors>('rfc9421/vectors.json')

const fields = (lines: Lines): ((name: string) => readonly string[] | undefined) => fieldValues(lines.flat())

function request({ method, target, scheme, headers }: WireMessage): RequestMessage {
  const values = fields(headers)
  return { method, target, scheme, authority: values('host')?.[0] ?? '', names: fieldNames(headers.flat()), values }
}

function response({ status, headers, trailers = [] }: WireMessage, answered: WireMessage | undefined): ResponseMessage {
  const message = { status, values: fields(headers), trailers: fields(trailers) }
  return answered === undefined ? message : { ...message, request: request(answered) }
}

const message = (wire: WireMessage, answered?: WireMessage): SignableMessage =>
  wire.type === 'request' ? request(wire) : response(wire, answered)

function signatureOf({ message: wire, request: answered, label }: Case): RequestSignature {
  // What a vector covers is its own affair.
  const policy = requestSignaturePolicy({ label, cover: [], unsignedBody: true })
  const signature =
    wire.type === 'request' ? readRequestSignature(request(wire), policy) : readResponseSignature(response(wire, answered), policy)
  assert.ok(signature)
  return signature
}

function keyOf({ keys }: Vectors, { keyid, alg }: Case): SignatureKey {
  const { base64, jwk } = keys[keyid] as Vectors['keys'][string]
  if (base64 !== undefined) return secretSignatureKey(hmacKey(Buffer.from(base64, 'base64')))
  const { kty, n, e, crv, x, y } = jwk as Record<string, string>
  const jwsName = { 'rsa-pss-sha512': 'PS512', 'rsa-v1_5-sha256': 'RS256' }[alg as string]
  return publicSignatureKey(kty === 'RSA' ? { kty, n, e, alg: jwsName } : y === undefined ? { kty, crv, x } : { kty, crv, x, y })
}

test('every signature of Appendix B and of sections 2.4, 3.2 and 4.3 that is good verifies, and the others do not', (context) => {
  if (!hasVectors(context)) return
  const all = read()
  assert.deepEqual([all.cases.length, all.cases.filter(({ expect }) => expect === 'valid').length], [20, 17])
  for (const row of all.cases) {
    const signature = signatureOf(row)
    assert.equal(signature.keyId, row.keyid, row.id)
    assert.equal(signature.check(keyOf(all, row)), row.expect === 'valid', row.id)
  }
})

test('every good signature holds under the key of its own kind only', (context) => {
  if (!hasVectors(context)) return
  const all = read()
  const keys = new Map(all.cases.map((row) => [row.keyid, keyOf(all, row)]))
  for (const row of all.cases) {
    for (const [keyId, key] of keys) {
      if (keyId !== row.keyid) assert.equal(signatureOf(row).check(key), false, `${row.id} under ${keyId}`)
    }
  }
})

test('where the digest of the body is covered, the printed body matches it, and a longer one does not', (context) => {
  if (!hasVectors(context)) return
  let digests = 0
  for (const row of read().cases) {
    const { body } = signatureOf(row)
    if (body.kind !== 'digest') continue
    digests++
    assert.equal(body.matches(Buffer.from(row.message.body ?? '')), true, row.id)
    assert.equal(body.matches(Buffer.from(`${row.message.body} `)), false, row.id)
  }
  assert.equal(digests, 10)
})

test('signing again gives the printed base, and with an algorithm that has no chance in it the printed signature', (context) => {
  if (!hasVectors(context)) return
  const all = read()
  let signatures = 0
  for (const row of all.cases) {
    if (row.expect === 'invalid') continue
    const [, list, rest] = /^\((.*?)\);(.*)$/.exec(row.signatureParams) as unknown as [string, string, string]
    const created = Number(/created=(\d+)/.exec(rest)?.[1])
    // The order of parameters is the signer's choice: only where it is ours, the base can be the same.
    if (!/^created=\d+;keyid="[^"]*"(;tag="[^"]*")?$/.test(rest)) continue
    const tag = /tag="([^"]*)"/.exec(rest)?.[1]
    const template = new SignatureTemplate({
      keyId: row.keyid,
      cover: list.split(' ').filter((item) => item !== ''),
      label: row.label,
      ...(tag === undefined ? {} : { tag }),
    })
    const draft = template.draft(message(row.message, row.request), { created })
    assert.equal(draft.base, row.signatureBase, row.id)
    if (!row.deterministic) continue
    const { base64, privateKeyPem } = all.keys[row.keyid] as Vectors['keys'][string]
    const key = base64 === undefined ? createPrivateKey(privateKeyPem as string) : hmacKey(Buffer.from(base64, 'base64'))
    const printed = row.message.headers.find(([name]) => name === 'Signature')?.[1]
    assert.equal(signDraft(draft, messageSigningKey(row.alg, key)).signature, printed, row.id)
    signatures++
  }
  assert.ok(signatures >= 6)
})

/**
 * `;sf` needs to know how a field is defined, which its text does not say: the vectors' example is a dictionary.
 */
const fieldTypes = { 'example-dict': 'dictionary' } as const

test('every component has the value that section 2 prints, or is refused where it must be', (context) => {
  if (!hasVectors(context)) return
  const { components } = read()
  assert.equal(components.length, 41)
  for (const { name, message: wire, component, value, error } of components) {
    const template = new SignatureTemplate({ keyId: 'k', cover: [component], fieldTypes })
    const draft = (): string => template.draft(message(wire), { created: 1 }).base
    if (error === true) assert.throws(draft, ComponentError, name)
    else assert.equal(draft().split('\n')[0], `${component}: ${value}`, name)
  }
})
