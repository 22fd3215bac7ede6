import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from '../../core/refusal.ts'
import { digestText, hmacKey } from '../../crypto/index.ts'
import { fieldNames, fieldValues, type RequestMessage } from '../message.ts'
import {
  awsProvider,
  csgnProvider,
  deriveSigningKey,
  presignSigV4,
  readPresignedSigV4,
  readSigV4,
  type SigV4Crypto,
  type SigV4Realm,
  sigV4Provider,
  sigV4Realm,
  signSigV4,
  unsignedBody,
} from './index.ts'

const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const at = 1_440_938_160
const crypto: SigV4Crypto = {
  sha256Hex: (data) => digestText('sha-256', data, 'hex'),
  hmac: async (key, text) => hmacKey(key).bytes(text),
}
const place = { region: 'us-east-1', service: 'service', provider: awsProvider }
const signing = { place, credentials: { keyId: 'AKIDEXAMPLE', secret }, at, crypto }
const realm = sigV4Realm({ regions: ['us-east-1'], services: ['service'] })
const noBody = digestText('sha-256', '', 'hex')
const authority = 'example.amazonaws.com'

function messageOf(method: string, target: string, headers: readonly (readonly [string, string])[] = [], host = authority): RequestMessage {
  const lines = [['Host', host] as const, ...headers].flat()
  return { method, target, scheme: 'https', authority: host, values: fieldValues(lines), names: fieldNames(lines) }
}

/** Amazon's suite signs with this credential and date. */
const authorization = (signature: string, signedHeaders = 'host;x-amz-date'): readonly [string, string] => [
  'Authorization',
  `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${signedHeaders}, Signature=${signature}`,
]
const date = ['X-Amz-Date', '20150830T123600Z'] as const

function isSigned(message: RequestMessage, bodySha256 = noBody, where: SigV4Realm = realm, presigned = false): boolean {
  const signature = presigned ? readPresignedSigV4(message, where) : readSigV4(message, where)
  assert.ok(signature)
  return signature.check({ kind: 'secret', key: hmacKey(deriveSigningKey(secret, signature.scope)) }, bodySha256)
}

const refuses = (part: string) => (error: unknown) =>
  error instanceof AuthError && error.code === 'credential_malformed' && error.detail['part'] === part

// Rows of the AWS Signature Version 4 test suite (Apache-2.0), transcribed.
for (const [name, message] of Object.entries({
  'get-vanilla': messageOf('GET', '/', [date, authorization('5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31')]),
  'get-vanilla-query-order-key-case': messageOf('GET', '/?Param2=value2&Param1=value1', [
    date,
    authorization('b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500'),
  ]),
  'get-vanilla-query-order-encoded': messageOf('GET', '/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1', [
    date,
    authorization('371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac'),
  ]),
  'get-header-value-trim': messageOf('GET', '/', [
    ['My-Header1', ' value1'],
    ['My-Header2', ' "a   b   c"'],
    date,
    authorization('acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736', 'host;my-header1;my-header2;x-amz-date'),
  ]),
  'get-header-key-duplicate': messageOf('GET', '/', [
    ['My-Header1', 'value2'],
    ['My-Header1', 'value2'],
    ['My-Header1', 'value1'],
    date,
    authorization('c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea', 'host;my-header1;x-amz-date'),
  ]),
  'normalize-path/get-special-character': messageOf('GET', '/example/$delete', [
    date,
    authorization('a853c9b21b528b19643d00910d35b83a10c366a10833ceefb45edd6c80e40f27'),
  ]),
}))
  test(`${name} of Amazon's suite verifies`, () => {
    assert.equal(isSigned(message), true)
    assert.equal(isSigned({ ...message, method: 'POST' }), false)
  })

test('post-x-www-form-urlencoded of the suite verifies with its body, and says so when it was signed for none', () => {
  const type = ['Content-Type', 'application/x-www-form-urlencoded'] as const
  const signed = authorization('ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a', 'content-type;host;x-amz-date')
  assert.equal(isSigned(messageOf('POST', '/', [type, date, signed]), digestText('sha-256', 'Param1=value1', 'hex')), true)
  const signedEmpty = messageOf('POST', '/', [date, authorization('5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b')])
  assert.throws(
    () => isSigned(signedEmpty, digestText('sha-256', 'Param1=value1', 'hex')),
    (error) => error instanceof AuthError && error.code === 'digest_mismatch' && error.detail['reason'] === 'empty_body_signed',
  )
})

test('[A09] the signing key of the documentation comes out, and the key of another day, region, service or dialect does not verify', () => {
  const scope = { date: '20150830', region: 'us-east-1', service: 'iam', provider: awsProvider }
  assert.equal(
    Buffer.from(deriveSigningKey(secret, scope)).toString('hex'),
    'c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9',
  )
  const message = messageOf('GET', '/', [date, authorization('5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31')])
  const signature = readSigV4(message, realm)
  assert.ok(signature)
  for (const other of [{ date: '20150831' }, { region: 'us-east-2' }, { service: 'iam' }, { provider: csgnProvider }]) {
    const key = hmacKey(deriveSigningKey(secret, { ...signature.scope, ...other }))
    assert.equal(signature.check({ kind: 'secret', key }, noBody), false)
  }
  assert.equal(
    signature.check({ kind: 'secret', key: hmacKey(new TextEncoder().encode(secret)) }, noBody),
    false,
    'the root secret is no key',
  )
})

test('what a request says of itself is read: key, day, scope, coverage, and a nonce with one spelling', () => {
  const hex = '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'
  const signature = readSigV4(messageOf('GET', '/', [date, authorization(hex)]), realm)
  assert.equal(signature?.keyId, 'AKIDEXAMPLE')
  assert.equal(signature.signedAt, at)
  assert.equal(signature.expiresAt, undefined)
  assert.equal(signature.nonce, hex)
  assert.deepEqual(signature.covered, ['host', 'x-amz-date'])
  assert.deepEqual(signature.body, { kind: 'inside' })
  assert.equal(isSigned(messageOf('GET', '/', [date, authorization(hex.toUpperCase())])), false)
})

test('another scheme is not ours, and a request without Authorization neither', () => {
  for (const value of ['Bearer x', 'AWS4-ECDSA-P256-SHA256 Credential=a', 'AWS4-HMAC-SHA256', 'OTHR4-HMAC-SHA256 Credential=a'])
    assert.equal(readSigV4(messageOf('GET', '/', [['Authorization', value]]), realm), undefined)
  assert.equal(readSigV4(messageOf('GET', '/'), realm), undefined)
  assert.equal(readPresignedSigV4(messageOf('GET', '/?X-Amz-Date=1'), realm), undefined)
})

const good = authorization('5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31')
const changed = (from: string | RegExp, to: string): readonly [string, string] => [good[0], good[1].replace(from, to)]

for (const [what, part, headers, target] of [
  ['a second Authorization', 'authorization', [date, good, good]],
  ['a part out of order', 'authorization', [date, ['Authorization', 'AWS4-HMAC-SHA256 SignedHeaders=host, Credential=a, Signature=b']]],
  ['something after the signature', 'signature', [date, [good[0], `${good[1]}, Extra=1`]]],
  ['a date twice, as curl sends it', 'header', [date, date, good]],
  ['no date of its own', 'date', [['Date', 'Sun, 30 Aug 2015 12:36:00 GMT'], good]],
  ['a date that is none', 'date', [['X-Amz-Date', '20150231T123600Z'], good]],
  ['a scope of another day', 'scope', [['X-Amz-Date', '20150831T003600Z'], good]],
  ['a scope of another region', 'scope', [date, changed('us-east-1', 'eu-west-1')]],
  ['a scope of another service', 'scope', [date, changed('/service/', '/iam/')]],
  ['a scope that ends in another dialect', 'scope', [date, changed('aws4_request', 'csgn4_request')]],
  ['no key id', 'credential', [date, changed('AKIDEXAMPLE', '')]],
  ['an unsigned host', 'signed_headers', [date, changed('host;', '')]],
  ['an unsigned date', 'signed_headers', [date, changed(';x-amz-date', '')]],
  ['an unsigned session token', 'signed_headers', [date, ['X-Amz-Security-Token', 't'], good]],
  ['an unsigned digest', 'signed_headers', [date, ['X-Amz-Content-Sha256', noBody], good]],
  ['any other unsigned header of the dialect', 'signed_headers', [date, ['x-AMZ-Whatever', '1'], good]],
  ['a header listed twice, as curl does', 'signed_headers', [date, changed('host;', 'host;host;')]],
  ['a header in upper case', 'signed_headers', [date, changed('host;', 'Host;')]],
  ['a header that did not arrive', 'signed_headers', [date, changed('host;', 'host;accept;')]],
  ['an empty name in the list', 'signed_headers', [date, changed('x-amz-date,', 'x-amz-date;,')]],
  ['a digest that is none', 'content_sha256', [date, ['X-Amz-Content-Sha256', 'abc'], changed('host;', 'host;x-amz-content-sha256;')]],
  [
    'a body signed in chunks',
    'content_sha256',
    [date, ['X-Amz-Content-Sha256', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'], changed('host;', 'host;x-amz-content-sha256;')],
  ],
  ['an absolute target', 'target', [date, good], 'https://example.com/'],
  ['a target that is not ASCII', 'target', [date, good], '/é'],
  ['a target over 8 KiB', 'target', [date, good], `/${'a'.repeat(8192)}`],
] as const satisfies readonly (readonly [string, string, readonly (readonly [string, string])[], string?])[])
  test(`refused before any cryptography: ${what}`, () => {
    assert.throws(() => readSigV4(messageOf('GET', target ?? '/', headers), realm), refuses(part))
  })

test('a header value with a line break, which could pass for two headers, is refused', () => {
  const message = messageOf('GET', '/', [date, ['A', 'x\nb:y'], changed('host;', 'a;host;')])
  assert.throws(() => readSigV4(message, realm), refuses('header'))
})

test('a path that could be the twice-encoded form of another one fits in that form only', async () => {
  const sign = (target: string) => signSigV4({ method: 'GET', target, authority }, '', signing)
  const arrived = async (signedFor: string, sentTo: string) => isSigned(messageOf('GET', sentTo, Object.entries(await sign(signedFor))))
  for (const target of ['/a%20b', '/a%2520b', '/a%252520b', '/50%25', '/a+b', '/a%2Fb', '/a$b', '//a/../b', '/a?x=%2B&y=a+b', '/a?x=%zz'])
    assert.equal(await arrived(target, target), true, target)
  for (const [one, other] of [
    ['/a%20b', '/a%2520b'],
    ['/a%2520b', '/a%252520b'],
    ['/a%20b', '/a%25%32%30b'],
    ['/a%20b', '/a%252%30b'],
    ['/a%20b', '/a%25%320b'],
    ['/a%2Fb', '/a/b'],
    ['/a%2Fb', '/a%252Fb'],
    ['//a', '/a'],
    ['/a/../b', '/b'],
    ['/a+b', '/a%20b'],
    ['/?x=%2B', '/?x=+'],
    ['/?x=%2520', '/?x=%20'],
    ['/?x=1&x=2', '/?x=2&x=1'],
    ['/?x=2&x=1', '/?x=1&x=2'],
    ['/?x=1&&y=2', '/?x=1&y=2'],
    ['/?x=1%26y=2', '/?x=1&y=2'],
    ['/?x=%zz', '/?x=%25zz'],
  ] as const) {
    assert.equal(await arrived(one, other), false, `${one} as ${other}`)
    assert.equal(await arrived(other, one), false, `${other} as ${one}`)
  }
})

test('parameters of different names may change places: no reader by names sees it', async () => {
  const headers = Object.entries(await signSigV4({ method: 'GET', target: '/?b=2&a=1', authority }, '', signing))
  assert.equal(isSigned(messageOf('GET', '/?a=1&b=2', headers)), true)
})

test('[A05] any provider name is spoken, as curl takes it', async () => {
  const provider = sigV4Provider('acme', 'corp')
  const headers = await signSigV4({ method: 'GET', target: '/', authority }, '', { ...signing, place: { ...place, provider } })
  assert.match(headers['authorization'] ?? '', /^ACME4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20150830\/us-east-1\/service\/acme4_request, /)
  const own = sigV4Realm({ providers: [provider], regions: ['us-east-1'], services: ['service'] })
  assert.equal(headers['x-corp-date'], '20150830T123600Z')
  assert.equal(isSigned(messageOf('GET', '/', Object.entries(headers)), noBody, own), true)
  assert.equal(readSigV4(messageOf('GET', '/', Object.entries(headers)), realm), undefined)
  for (const name of ['', 'Acme', 'a-b', 'a'.repeat(17)]) assert.throws(() => sigV4Provider(name), RangeError)
})

test('our signer binds the body, the session token and the headers that it is given', async () => {
  const request = { method: 'PUT', target: '/x', authority, headers: { 'Content-Type': 'text/plain' } }
  const credentials = { ...signing.credentials, sessionToken: 'token' }
  const headers = await signSigV4(request, 'hello', { ...signing, credentials })
  const message = messageOf('PUT', '/x', [['Content-Type', 'text/plain'], ...Object.entries(headers)])
  const signature = readSigV4(message, realm)
  assert.ok(signature?.body.kind === 'digest')
  assert.equal(isSigned(message, undefined), true)
  assert.equal(signature.sessionToken, 'token')
  assert.deepEqual(signature.covered, ['content-type', 'host', 'x-amz-content-sha256', 'x-amz-date', 'x-amz-security-token'])
  const meter = signature.body.meter()
  for (const piece of ['he', 'l', 'lo']) meter.update(new TextEncoder().encode(piece))
  assert.equal(meter.matches(), true)
  assert.equal(signature.body.matches(new TextEncoder().encode('hellp')), false)
})

test('a body that the signer left open is called so, for the route to decide', async () => {
  const headers = await signSigV4({ method: 'PUT', target: '/x', authority }, unsignedBody, signing)
  const message = messageOf('PUT', '/x', Object.entries(headers))
  assert.deepEqual(readSigV4(message, realm)?.body, { kind: 'unsigned' })
  assert.equal(isSigned(message), true)
})

test('[A06] a presigned URL of ours verifies until it expires, with its token and its parameters', async () => {
  const credentials = { ...signing.credentials, sessionToken: 'a/b+c=' }
  const target = await presignSigV4({ method: 'GET', target: '/a%20b?z=1&a=x+y', authority }, 60, { ...signing, credentials })
  const message = messageOf('GET', target)
  const signature = readPresignedSigV4(message, realm)
  assert.equal(signature?.expiresAt, at + 60)
  assert.equal(signature.sessionToken, 'a/b+c=')
  assert.equal(isSigned(message, undefined, realm, true), true)
  for (const [from, to] of [
    ['Expires=60', 'Expires=61'],
    ['z=1', 'z=2'],
    ['/a%20b', '/a%2520b'],
    ['T123600Z', 'T123601Z'],
  ] as const)
    assert.equal(isSigned(messageOf('GET', target.replace(from, to)), undefined, realm, true), false, to)
  assert.equal(isSigned(messageOf('GET', target, [], 'evil.example'), undefined, realm, true), false)
})

test('a presigned URL that is not whole, lives too long or says something twice is refused', async () => {
  const target = await presignSigV4({ method: 'GET', target: '/', authority }, 60, signing)
  for (const [from, to, part] of [
    ['Expires=60', 'Expires=604801', 'expires'],
    ['Expires=60', 'Expires=0', 'expires'],
    ['Expires=60', 'Expires=060', 'expires'],
    ['X-Amz-Expires=60&', '', 'query'],
    ['X-Amz-Expires=60', 'X-Amz-Expires=60&x-amz-expires=70', 'query'],
    ['X-Amz-Date=', 'X-Amz-Date=20150830T123600Z&X-Amz-Date=', 'query'],
    ['SignedHeaders=host', 'SignedHeaders=', 'signed_headers'],
    ['AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA1', 'algorithm'],
    ['%2Fus-east-1', '%2Feu-west-1', 'scope'],
    ['X-Amz-Date=20150830', 'X-Amz-Date=20150831', 'scope'],
    ['X-Amz-Signature=', 'X-Amz-Signature=%', 'query'],
  ] as const)
    assert.throws(() => readPresignedSigV4(messageOf('GET', target.replace(from, to)), realm), refuses(part), to)
  for (const seconds of [0, 1.5, 604_801])
    await assert.rejects(presignSigV4({ method: 'GET', target: '/', authority }, seconds, signing), RangeError)
})

test('a realm is refused that would accept nothing or cannot be told apart', () => {
  assert.throws(() => sigV4Realm({ regions: [], services: ['a'] }), RangeError)
  assert.throws(() => sigV4Realm({ regions: ['a/b'], services: ['a'] }), RangeError)
  assert.throws(() => sigV4Realm({ providers: [awsProvider, sigV4Provider('aws', 'other')], regions: ['a'], services: ['a'] }), RangeError)
})
