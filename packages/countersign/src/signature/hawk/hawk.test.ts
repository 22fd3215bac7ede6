import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from '../../core/refusal.ts'
import { hmacKey } from '../../crypto/index.ts'
import { fieldNames, fieldValues, type RequestMessage } from '../message.ts'
import {
  type HawkOptions,
  hawkPayloadHash,
  hawkTimestampChallenge,
  readBewit,
  readHawk,
  signBewit,
  signHawk,
  signHawkResponse,
} from './index.ts'

const key = hmacKey(new TextEncoder().encode('werxhqb98rpaxn39848xrunpaw3489ruxnpa98w4rxn'))
const secretKey = { kind: 'secret', key } as const
const signing = { keyId: 'dh37fgj492je', mac: (text: string) => key.text(text, 'base64') }
const request = { method: 'GET', target: '/resource/1?b=1&a=2', scheme: 'http', authority: 'example.com:8000' } as const
const at = 1_353_832_234

function messageOf(authorization: string, changes: Partial<RequestMessage> = {}, more: readonly string[] = []): RequestMessage {
  const lines = ['Authorization', authorization, ...more]
  return { ...request, values: fieldValues(lines), names: fieldNames(lines), ...changes }
}

const isValid = (message: RequestMessage, options?: HawkOptions): boolean | undefined => readHawk(message, options)?.check(secretKey)
const refuses = (part: string) => (error: unknown) =>
  error instanceof AuthError && error.code === 'credential_malformed' && error.detail['part'] === part

// The example of Hawk's README (BSD-3-Clause), transcribed.
test("the header of Hawk's README comes out and verifies", async () => {
  const header = await signHawk(request, { at, nonce: 'j4h3g2', ext: 'some-app-ext-data' }, signing)
  assert.equal(
    header,
    'Hawk id="dh37fgj492je", ts="1353832234", nonce="j4h3g2", ext="some-app-ext-data", mac="6R4rV5iE+NPoym+WwjeHzjAGXUtLNIxmo1vpMofpLAE="',
  )
  const signature = readHawk(messageOf(header))
  assert.equal(signature?.check(secretKey), true)
  assert.equal(signature.nonce, '1353832234:j4h3g2')
  assert.equal(signature.ext, 'some-app-ext-data')
  assert.equal(signature.check({ kind: 'secret', key: hmacKey(new Uint8Array(32)) }), false)
})

test("the payload hash of Hawk's README comes out, whatever parameters the media type has", () => {
  const body = new TextEncoder().encode('Thank you for flying Hawk')
  for (const type of ['text/plain', 'Text/Plain; charset=utf-8'])
    assert.equal(hawkPayloadHash(body, type), 'Yi9LfIIFRtBEPt74PVmbTF/xVAwPn7ub15ePICfgnuY=')
  assert.notEqual(hawkPayloadHash(body, 'text/html'), 'Yi9LfIIFRtBEPt74PVmbTF/xVAwPn7ub15ePICfgnuY=')
})

test('method, target, host and port are signed, and the default port is the scheme’s', async () => {
  const header = await signHawk(request, { at, nonce: 'n' }, signing)
  for (const change of [
    { method: 'POST' },
    { target: '/resource/1?b=1&a=3' },
    { authority: 'example.com:8001' },
    { authority: 'evil.com:8000' },
  ])
    assert.equal(isValid(messageOf(header, change)), false, JSON.stringify(change))
  assert.equal(isValid(messageOf(header, { authority: 'EXAMPLE.com:8000' })), true)
  const secure = await signHawk({ ...request, scheme: 'https', authority: 'example.com' }, { at, nonce: 'n' }, signing)
  assert.equal(isValid(messageOf(secure, { scheme: 'https', authority: 'example.com:443' })), true)
  assert.equal(isValid(messageOf(secure, { scheme: 'http', authority: 'example.com' })), false)
  const six = await signHawk({ ...request, authority: '[::1]:8000' }, { at, nonce: 'n' }, signing)
  assert.equal(isValid(messageOf(six, { authority: '[::1]:8000' })), true)
})

test('a body is bound by its hash and media type, whole or in pieces; without a hash there must be no body, unless the route takes it', async () => {
  const body = new TextEncoder().encode('hello')
  const header = await signHawk(request, { at, nonce: 'n', hash: hawkPayloadHash(body, 'text/plain') }, signing)
  const bound = readHawk(messageOf(header, {}, ['Content-Type', 'text/plain']))?.body
  assert.ok(bound?.kind === 'digest')
  assert.equal(bound.matches(body), true)
  const meter = bound.meter()
  meter.update(body.subarray(0, 2))
  meter.update(body.subarray(2))
  assert.equal(meter.matches(), true)
  const otherType = readHawk(messageOf(header, {}, ['Content-Type', 'text/html']))?.body
  assert.equal(otherType?.kind === 'digest' && otherType.matches(body), false)
  const open = messageOf(await signHawk(request, { at, nonce: 'n' }, signing))
  assert.deepEqual(readHawk(open)?.body, { kind: 'none' })
  assert.deepEqual(readHawk(open, { unsignedPayload: true })?.body, { kind: 'unsigned' })
})

const header = (attributes: string): string =>
  `Hawk id="1", ts="1353788437", nonce="k3j4h2", mac="6R4rV5iE+NPoym+WwjeHzjAGXUtLNIxmo1vpMofpLAE="${attributes}`
for (const [what, part, message] of [
  ['an unknown attribute', 'attribute', messageOf(header(', x="1"'))],
  ['an attribute twice', 'attribute', messageOf(header(', id="1"'))],
  ['an escape', 'authorization', messageOf(header(', ext="a\\"b"'))],
  ['no quotes', 'authorization', messageOf(header(', ext=a'))],
  ['a header over 4 KiB', 'authorization', messageOf(header(`, ext="${'a'.repeat(4096)}"`))],
  ['a second Authorization', 'authorization', messageOf(header(''), {}, ['Authorization', 'Bearer x'])],
  ['a time with a leading zero', 'ts', messageOf(header('').replace('1353788437', '01353788437'))],
  ['a MAC in another spelling', 'mac', messageOf(header('').replace('="6R', '="6R-'))],
  ['a delegation without an application', 'app', messageOf(header(', dlg="1"'))],
  ['a host that is none', 'host', messageOf(header(''), { authority: 'a@b' })],
  ['a method in lower case', 'method', messageOf(header(''), { method: 'get' })],
  ['an absolute target', 'resource', messageOf(header(''), { target: 'http://example.com/' })],
] as const)
  test(`refused before any cryptography: ${what}`, () => {
    assert.throws(() => readHawk(message), refuses(part))
  })

test('the application and whom it acts for are signed', () => {
  const text = 'hawk.1.header\n1353788437\nk3j4h2\nGET\n/resource/1?b=1&a=2\nexample.com\n8000\n\n\napp-1\ndlg-1\n'
  const mac = key.text(text, 'base64')
  const signed = `Hawk id="1", ts="1353788437", nonce="k3j4h2", mac="${mac}", app="app-1", dlg="dlg-1"`
  assert.equal(isValid(messageOf(signed)), true)
  assert.equal(isValid(messageOf(signed.replace('dlg-1', 'dlg-2'))), false)
})

test('[A02] a client is told the time under its own key', () => {
  const tsm = key.text('hawk.1.ts\n1353832300\n', 'base64')
  assert.equal(hawkTimestampChallenge(key, 1_353_832_300), `Hawk ts="1353832300", tsm="${tsm}", error="Stale timestamp"`)
})

test('a bewit of ours verifies for GET and HEAD of its resource, once told apart by its MAC', async () => {
  for (const target of ['/resource/4?a=1&b=2', '/resource/4']) {
    const link = await signBewit({ ...request, target }, { expiresAt: at + 60, ext: 'x' }, signing)
    const read = (change: Partial<RequestMessage> = {}) =>
      readBewit({ ...request, target: link, values: () => undefined, names: () => [], ...change })
    const bewit = read()
    assert.equal(bewit?.check(secretKey), true)
    assert.equal(bewit.expiresAt, at + 60)
    assert.deepEqual(bewit.body, { kind: 'none' })
    assert.equal(read({ method: 'HEAD' })?.check(secretKey), true)
    assert.equal(read({ target: link.replace('/4', '/5') })?.check(secretKey), false)
    assert.throws(() => read({ method: 'DELETE' }), refuses('method'))
    assert.throws(() => read({ target: `${link}&bewit=abc` }), refuses('bewit'))
    assert.throws(() => read({ target: `${link}=` }), refuses('bewit'))
  }
  assert.equal(readBewit(messageOf('Bearer x')), undefined)
})

test('what Hawk cannot carry is not signed', async () => {
  await assert.rejects(signHawk(request, { at, nonce: 'a"b' }, signing), RangeError)
  await assert.rejects(signBewit(request, { expiresAt: at, ext: 'a\\b' }, signing), RangeError)
  const artifacts = { ts: '1', nonce: 'n', method: 'GET', resource: '/', host: 'a', port: '80' }
  assert.throws(() => signHawkResponse(artifacts, key, { body: new Uint8Array(0), ext: '\n' }), RangeError)
})
