import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from 'countersign/core'
import { hmacKey } from 'countersign/crypto'
import {
  fieldNames,
  fieldValues,
  type HawkSignature,
  hawkPayloadHash,
  type RequestMessage,
  readBewit,
  readHawk,
  signHawkResponse,
} from 'countersign/signature'
import { hasVectors, vectors } from './published-vectors.ts'

interface Credentials {
  readonly key: string
  readonly algorithm: string
}

interface HeaderCase {
  readonly id: string
  readonly credentials: Credentials
  readonly request: { readonly method: string; readonly url: string }
  readonly attributes: { readonly ts: number }
  readonly authorization: string
  readonly payload?: string
  readonly contentType?: string
}

interface NegativeCase {
  readonly id: string
  readonly from: string
  readonly change: Readonly<Record<string, string | number>>
}

interface HawkVectors {
  readonly header: readonly HeaderCase[]
  readonly negative: readonly NegativeCase[]
  readonly malformed: readonly string[]
  readonly response: {
    readonly credentials: Credentials
    readonly requestArtifacts: { readonly method: string; readonly resource: string; readonly ts: number; readonly nonce: string }
    readonly contentType: string
    readonly payload: string
    readonly serverAuthorization: string
  }
  readonly bewit: {
    readonly credentials: Credentials
    readonly url: string
    readonly decoded: { readonly exp: number; readonly ext: string }
  }
}

const read = (): HawkVectors => vectors<HawkVectors>('hawk/vectors.json')
const keyOf = ({ key }: Credentials) => ({ kind: 'secret', key: hmacKey(Buffer.from(key)) }) as const

function messageOf({ method, url }: HeaderCase['request'], authorization?: string, contentType?: string): RequestMessage {
  const { protocol, host } = new URL(url)
  const lines = [
    ...(authorization === undefined ? [] : ['Authorization', authorization]),
    ...(contentType === undefined ? [] : ['Content-Type', contentType]),
  ]
  const target = url.slice(url.indexOf('/', url.indexOf('//') + 2))
  return {
    method,
    target,
    scheme: protocol === 'https:' ? 'https' : 'http',
    authority: host,
    values: fieldValues(lines),
    names: fieldNames(lines),
  }
}

function signatureOf({ request, authorization, contentType }: HeaderCase): HawkSignature {
  const signature = readHawk(messageOf(request, authorization, contentType))
  assert.ok(signature)
  return signature
}

test('[A08] every Hawk header of HMAC-SHA256 verifies with its payload; those of HMAC-SHA1 are refused, as nobody should sign so now', (context) => {
  if (!hasVectors(context)) return
  const { header } = read()
  for (const each of header) {
    if (each.credentials.algorithm === 'sha1') {
      assert.throws(() => signatureOf(each), isMalformed, each.id)
      continue
    }
    const signature = signatureOf(each)
    assert.equal(signature.check(keyOf(each.credentials)), true, each.id)
    assert.equal(signature.signedAt, each.attributes.ts, each.id)
    if (each.payload === undefined) continue
    assert.ok(signature.body.kind === 'digest', each.id)
    assert.equal(signature.body.matches(Buffer.from(each.payload)), true, each.id)
    assert.equal(signature.body.matches(Buffer.from(`${each.payload}.`)), false, each.id)
  }
  assert.equal(header.filter(({ credentials }) => credentials.algorithm === 'sha256').length, 7)
})

test('every change of a Hawk request that the vectors make is refused', (context) => {
  if (!hasVectors(context)) return
  const { header, negative } = read()
  for (const { id, from, change } of negative) {
    const each = header.find((candidate) => candidate.id === from)
    assert.ok(each, id)
    const other = changed(each, change)
    assert.equal(signatureOf(other).check(keyOf(each.credentials)), false, id)
  }
  assert.equal(negative.length, 7)
})

function changed(each: HeaderCase, change: NegativeCase['change']): HeaderCase {
  const { method, url } = each.request
  const { origin, hostname, port } = new URL(url)
  const resource = String(change['resource'] ?? url.slice(origin.length))
  const other = `http://${change['host'] ?? hostname}:${change['port'] ?? port}${resource}`
  const authorization = ['nonce', 'ext', 'ts'].reduce(
    (header, name) => (change[name] === undefined ? header : header.replace(new RegExp(`${name}="[^"]*"`), `${name}="${change[name]}"`)),
    each.authorization,
  )
  return { ...each, authorization, request: { method: String(change['method'] ?? method), url: other } }
}

const isMalformed = (error: unknown): boolean => error instanceof AuthError && error.code === 'credential_malformed'

test('every malformed Hawk header is refused as such, and another scheme is not ours', (context) => {
  if (!hasVectors(context)) return
  for (const authorization of read().malformed) {
    const message = messageOf({ method: 'GET', url: 'http://example.com:8080/resource/4?filter=a' }, authorization)
    if (authorization.startsWith('Basic')) assert.equal(readHawk(message), undefined)
    else assert.throws(() => readHawk(message), isMalformed, authorization)
  }
})

test("the signed response of Hawk's own test comes out", (context) => {
  if (!hasVectors(context)) return
  const { credentials, requestArtifacts, contentType, payload, serverAuthorization } = read().response
  const { method, resource, ts, nonce } = requestArtifacts
  const artifacts = { method, resource, nonce, ts: String(ts), host: 'example.com', port: '8080' }
  const body = Buffer.from(payload)
  assert.ok(serverAuthorization.includes(hawkPayloadHash(body, contentType)))
  assert.equal(signHawkResponse(artifacts, keyOf(credentials).key, { body, contentType, ext: 'response-specific' }), serverAuthorization)
})

test('[A06] the bewit verifies for its one resource and says when it expires', (context) => {
  if (!hasVectors(context)) return
  const { url, credentials, decoded } = read().bewit
  const bewitOf = (method: string, link: string): HawkSignature | undefined => readBewit(messageOf({ method, url: link }))
  const signature = bewitOf('GET', url)
  assert.equal(signature?.check(keyOf(credentials)), true)
  assert.equal(signature.expiresAt, decoded.exp)
  assert.equal(signature.ext, decoded.ext)
  assert.equal(bewitOf('HEAD', url)?.check(keyOf(credentials)), true)
  assert.equal(bewitOf('GET', url.replace('a=1', 'a=2'))?.check(keyOf(credentials)), false)
  assert.throws(() => bewitOf('POST', url), isMalformed)
  assert.throws(() => bewitOf('GET', `${url}&c=3`), isMalformed)
})
