import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from 'countersign/core'
import { digestText, hmacKey } from 'countersign/crypto'
import {
  awsProvider,
  deriveSigningKey,
  fieldNames,
  fieldValues,
  type RequestMessage,
  readPresignedSigV4,
  readSigV4,
  type SigV4Signature,
  sigV4Realm,
} from 'countersign/signature'
import { hasVectors, vectors } from './published-vectors.ts'

interface SuiteCase {
  readonly name: string
  readonly signedRequest: string
  readonly authorization: string
  readonly canonicalRequest: string
}

interface Suite {
  readonly credentials: { readonly secretAccessKey: string }
  readonly region: string
  readonly service: string
  readonly cases: readonly SuiteCase[]
}

const suite = (): Suite => vectors<Suite>('sigv4/aws-sig-v4-test-suite.json')
const realm = sigV4Realm({ providers: [awsProvider], regions: ['us-east-1', 'local'], services: ['service', 's3', 'countersign'] })

/** What Amazon signs alike and we tell apart: why the case is refused, and a target that the same signature does fit. */
const refused: Readonly<Record<string, readonly [string, string?]>> = {
  'get-utf8': ['raw UTF-8 is not legal on a request line (RFC 9112 section 3.2)', '/%E1%88%B4'],
  'get-vanilla-utf8-query': ['raw UTF-8 is not legal on a request line', '/?%E1%88%B4=bar'],
  'normalize-path/get-space': ['a blank ends the target', '/example%20space/'],
  'get-vanilla-query-order-key': ['sorting forgets which value came first', '/?Param1=Value1&Param1=value2'],
  'get-vanilla-query-order-value': ['sorting forgets which value came first', '/?Param1=value1&Param1=value2'],
  'normalize-path/get-relative': ['/example/.. is not / to every server', '/'],
  'normalize-path/get-relative-relative': ['/example1/example2/../.. is not / to every server', '/'],
  'normalize-path/get-slash': ['// is not / to every server', '/'],
  'normalize-path/get-slash-dot-slash': ['/./ is not / to every server', '/'],
  'normalize-path/get-slash-pointless-dot': ['/./example is not /example to every server', '/example'],
  'normalize-path/get-slashes': ['//example// is not /example/ to every server', '/example/'],
  'post-sts-token/post-sts-header-after': ['a session token that is not signed could be exchanged'],
}

function messageOf({ signedRequest, authorization }: SuiteCase, otherTarget?: string): { message: RequestMessage; body: string } {
  // RFC 9112 section 5.2: what receives a folded line takes it for one with a blank.
  const [head = '', body = ''] = signedRequest.replaceAll(/\n[ \t]+/g, ' ').split('\n\n')
  const [requestLine = '', ...fields] = head.split('\n')
  const [, method = '', target = ''] = /^(\S+) (.*) HTTP\/1\.1$/.exec(requestLine) ?? []
  const lines = fields.flatMap((field) => {
    const [name = '', ...value] = field.split(':')
    // One signed request of the suite shows another signature than its own authorization file, which the others agree with.
    return [name, name === 'Authorization' ? authorization : value.join(':').trim()]
  })
  const values = fieldValues(lines)
  const message = { method, target: otherTarget ?? target, scheme: 'https', authority: values('host')?.[0] ?? '' } as const
  return { message: { ...message, values, names: fieldNames(lines) }, body }
}

const keyFor = (secret: string, { scope }: SigV4Signature) => ({ kind: 'secret', key: hmacKey(deriveSigningKey(secret, scope)) }) as const

function isAccepted(sent: { readonly message: RequestMessage; readonly body: string }, secret: string): boolean {
  const signature = readSigV4(sent.message, realm)
  assert.ok(signature)
  return signature.check(keyFor(secret, signature), digestText('sha-256', sent.body, 'hex'))
}

test("every case of Amazon's SigV4 suite verifies, or is refused for the reason that is listed here", (context) => {
  if (!hasVectors(context)) return
  const { cases, credentials } = suite()
  for (const each of cases) {
    const [reason, sameSignature] = refused[each.name] ?? []
    if (reason === undefined) {
      assert.equal(isAccepted(messageOf(each), credentials.secretAccessKey), true, each.name)
      continue
    }
    assert.equal(wasRefused(each, credentials.secretAccessKey), true, `${each.name}: ${reason}`)
    if (sameSignature !== undefined)
      assert.equal(isAccepted(messageOf(each, sameSignature), credentials.secretAccessKey), true, `${each.name} as ${sameSignature}`)
  }
  assert.equal(cases.length, 34)
})

function wasRefused(each: SuiteCase, secret: string): boolean {
  try {
    return !isAccepted(messageOf(each), secret)
  } catch (error) {
    assert.ok(error instanceof AuthError)
    return error.code === 'credential_malformed'
  }
}

interface Derivation {
  readonly secret: string
  readonly date: string
  readonly region: string
  readonly service: string
  readonly kSigning: string
}

test('[A09] the derived keys that Amazon publishes come out', (context) => {
  if (!hasVectors(context)) return
  for (const { secret, date, region, service, kSigning } of vectors<{ cases: readonly Derivation[] }>('sigv4/derived-keys.json').cases) {
    assert.equal(Buffer.from(deriveSigningKey(secret, { date, region, service, provider: awsProvider })).toString('hex'), kSigning)
  }
})

interface PresignedCase {
  readonly id: string
  readonly credentials: { readonly secretAccessKey: string; readonly sessionToken?: string }
  readonly method: string
  readonly url: string
  readonly validUntil: number
}

interface PresignedVectors {
  readonly doc: {
    readonly secretAccessKey: string
    readonly host: string
    readonly path: string
    readonly query: string
    readonly signature: string
  }
  readonly generated: readonly PresignedCase[]
}

const noBody = digestText('sha-256', '', 'hex')

function presignedMessage(method: string, url: string): RequestMessage {
  const authority = new URL(url).host
  // Cut by hand: the URL parser would touch what was signed.
  const target = url.slice(url.indexOf('/', 'https://'.length))
  return { method, target, scheme: 'https', authority, values: () => undefined, names: () => [] }
}

test('[A06] every presigned URL verifies, for its method only, and says when it expires', (context) => {
  if (!hasVectors(context)) return
  for (const { id, credentials, method, url, validUntil } of vectors<PresignedVectors>('sigv4/presigned.json').generated) {
    const signature = readPresignedSigV4(presignedMessage(method, url), realm)
    assert.ok(signature, id)
    assert.equal(signature.check(keyFor(credentials.secretAccessKey, signature), noBody), true, id)
    assert.equal(signature.expiresAt, validUntil, id)
    assert.equal(signature.sessionToken, credentials.sessionToken, id)
    const otherMethod = readPresignedSigV4(presignedMessage('DELETE', url), realm)
    assert.equal(otherMethod?.check(keyFor(credentials.secretAccessKey, signature), noBody), false, id)
  }
})

test("the presigned URL of S3's documentation verifies without a body, and with one only where a route leaves bodies open", (context) => {
  if (!hasVectors(context)) return
  const { secretAccessKey, host, path, query, signature: hex } = vectors<PresignedVectors>('sigv4/presigned.json').doc
  const message = presignedMessage('GET', `https://${host}${path}?${query}&X-Amz-Signature=${hex}`)
  const someBody = digestText('sha-256', 'x', 'hex')
  for (const [unsignedPayload, digest, expected] of [
    [false, noBody, true],
    [false, someBody, false],
    [true, someBody, true],
  ] as const) {
    const signature = readPresignedSigV4(message, realm, { unsignedPayload })
    assert.equal(signature?.check(keyFor(secretAccessKey, signature), digest), expected)
  }
})
