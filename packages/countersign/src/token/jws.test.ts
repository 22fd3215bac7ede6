import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CompactSign, compactVerify, importJWK, importPKCS8 } from 'jose'
import { AuthError, encodeBase64url, type RefusalCode } from '../core/index.ts'
import { hmacKey, type JwsAlgorithm, jwsAlgorithms, type SignatureAlgorithm } from '../crypto/index.ts'
import {
  type AnySigningKey,
  exportPrivateKey,
  generateSigningKey,
  type KeySet,
  keySet,
  secretSigningKey,
  secretVerificationKey,
  type SigningKey,
  verificationKey,
} from '../key/index.ts'
import { signJws, verifyJws } from './jws.ts'

const secret = Buffer.alloc(32, 7)
const es256 = generateSigningKey('ES256')
const rs256 = generateSigningKey('RS256')
const shared = secretSigningKey('shared', secret)
const asymmetric: readonly SigningKey[] = [es256, generateSigningKey('EdDSA'), rs256, generateSigningKey('PS256')]
const signers: readonly AnySigningKey[] = [...asymmetric, shared]
const algorithms: readonly JwsAlgorithm[] = signers.map((key) => key.algorithm)
const keys: KeySet = keySet([...asymmetric.map((key) => verificationKey(key.publicJwk)), secretVerificationKey('shared', secret)])
const expect = { type: 'test+jwt', algorithms }
const header = { alg: 'ES256', typ: 'test+jwt', kid: es256.kid }

const segment = (value: unknown): string => encodeBase64url(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)))
const signed = (input: string, key: AnySigningKey): string => `${input}.${jwsAlgorithms[key.algorithm].sign(key.privateKey, input)}`
/** A compact JWS with any header and payload, as text or as value, really signed. */
const forge = (head: unknown, payload: unknown = { a: 1 }, key: AnySigningKey = es256): string =>
  signed(`${segment(head)}.${segment(payload)}`, key)
const refuses = (compact: string, code: RefusalCode, reason?: string): void =>
  assert.throws(
    () => verifyJws(compact, keys, expect),
    (error) => error instanceof AuthError && error.code === code && (reason === undefined || error.detail['reason'] === reason),
  )

for (const key of signers) {
  test(`${key.algorithm}: what is signed verifies, and says which key signed it`, () => {
    const compact = signJws('test+jwt', { a: 1, text: 'é😀"\\' }, key)
    assert.deepEqual(verifyJws(compact, keys, expect), { payload: { a: 1, text: 'é😀"\\' }, keyId: key.kid })
    // A second time, with the header known.
    assert.deepEqual(verifyJws(compact, keys, expect), { payload: { a: 1, text: 'é😀"\\' }, keyId: key.kid })
  })

  test(`${key.algorithm}: every change of one character is refused`, () => {
    const compact = signJws('test+jwt', { a: 1 }, key)
    for (let index = 0; index < compact.length; index++) {
      const changed = compact.slice(0, index) + (compact[index] === 'A' ? 'B' : 'A') + compact.slice(index + 1)
      assert.throws(() => verifyJws(changed, keys, expect), AuthError, `at ${index}`)
    }
  })
}

const pem = (key: SigningKey): string =>
  `-----BEGIN PRIVATE KEY-----\n${Buffer.from(exportPrivateKey(key)).toString('base64')}\n-----END PRIVATE KEY-----`

for (const key of signers) {
  test(`${key.algorithm}: jose verifies what we sign, and we verify what jose signs`, async () => {
    const publicKey = 'publicJwk' in key ? await importJWK({ ...key.publicJwk }, key.algorithm) : secret
    const theirs = await compactVerify(signJws('test+jwt', { a: 1 }, key), publicKey, { algorithms: [key.algorithm] })
    assert.deepEqual(JSON.parse(Buffer.from(theirs.payload).toString()), { a: 1 })
    const privateKey = 'publicJwk' in key ? await importPKCS8(pem(key), key.algorithm) : secret
    const compact = await new CompactSign(Buffer.from('{"b":2}'))
      .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: 'test+jwt' })
      .sign(privateKey)
    assert.deepEqual(verifyJws(compact, keys, expect), { payload: { b: 2 }, keyId: key.kid })
  })
}

// RFC 8725: the attacks on JWT that are known.
const good = signJws('test+jwt', { a: 1 }, es256)
const [goodHeader = '', goodPayload = '', goodSignature = ''] = good.split('.')
const publicBytes = Buffer.from(JSON.stringify(es256.publicJwk))
const rsaPublicPem = Buffer.from(JSON.stringify(rs256.publicJwk))
const confused = (head: object, key: Uint8Array): string => {
  const input = `${segment(head)}.${segment({ a: 1 })}`
  return `${input}.${hmacKey(key).base64url(input)}`
}
const attacks: readonly (readonly [name: string, compact: string, code: RefusalCode, reason?: string])[] = [
  ...['none', 'None', 'NONE', 'nOnE', ' none', 'none\t'].flatMap((alg): [string, string, RefusalCode, string][] => [
    [
      `RFC8725-3.2-3 alg ${JSON.stringify(alg)} without a key`,
      `${segment({ ...header, alg })}.${goodPayload}.AA`,
      'token_invalid',
      'algorithm',
    ],
    [`RFC8725-3.2-3 alg ${JSON.stringify(alg)} with a real signature`, forge({ ...header, alg }), 'token_invalid', 'algorithm'],
  ]),
  ['RFC8725-3.2-3 alg none and no signature', `${segment({ alg: 'none' })}.${goodPayload}.`, 'token_invalid', 'algorithm'],
  ...['HS1', 'RS1', 'HS384', 'RS512', 'ES256K', 'ES384', 'Ed25519', 'es256', '', 'toString', '__proto__', 'constructor'].map(
    (alg): [string, string, RefusalCode, string] => [`RFC8725-3.2-1 alg "${alg}"`, forge({ ...header, alg }), 'token_invalid', 'algorithm'],
  ),
  ['alg as a number', forge({ ...header, alg: 256 }), 'token_invalid', 'algorithm'],
  ['alg as a list', forge({ ...header, alg: ['ES256'] }), 'token_invalid', 'algorithm'],
  ['no alg', forge({ typ: 'test+jwt', kid: es256.kid }), 'token_invalid', 'algorithm'],
  ['RFC8725-3.1-3 HS256 with the public key as secret', confused({ ...header, alg: 'HS256' }, publicBytes), 'token_invalid', 'algorithm'],
  [
    'RFC8725-3.1-3 HS256 with the RSA public key as secret',
    confused({ ...header, alg: 'HS256', kid: rs256.kid }, rsaPublicPem),
    'token_invalid',
    'algorithm',
  ],
  [
    'RFC8725-3.1-3 HS256 with the name of an RSA key, MACed by our secret',
    forge({ ...header, alg: 'HS256', kid: rs256.kid }, {}, shared),
    'token_invalid',
    'algorithm',
  ],
  [
    'RFC8725-3.1-2 RS256 by name, PS256 by key',
    forge({ ...header, alg: 'RS256', kid: asymmetric[3]?.kid }, {}, asymmetric[3]),
    'token_invalid',
    'algorithm',
  ],
  ['RFC8725-3.8-1 the name of another key', forge({ ...header, alg: 'EdDSA', kid: asymmetric[1]?.kid }), 'token_invalid', 'signature'],
  [
    'RFC8725-3.8-1 the signature of another key of the same kind',
    forge(header, {}, generateSigningKey('ES256')),
    'token_invalid',
    'signature',
  ],
  ['an unknown key', forge({ ...header, kid: 'k' }), 'token_invalid', 'unknown_key'],
  ...['../../etc/passwd', "' OR '1'='1", '__proto__', 'constructor', 'http://evil.test/key'].map(
    (kid): [string, string, RefusalCode, string] => [
      `RFC8725-3.10-1 kid ${kid}`,
      forge({ ...header, kid }),
      'token_invalid',
      'unknown_key',
    ],
  ),
  ['RFC8725-3.10-1 kid with NUL', forge({ ...header, kid: 'a\0b' }), 'credential_malformed'],
  ['RFC8725-3.10-1 an endless kid', forge({ ...header, kid: 'a'.repeat(300) }), 'token_invalid', 'kid'],
  ['kid as an object', forge({ ...header, kid: { a: 1 } }), 'token_invalid', 'kid'],
  ['no kid', forge({ alg: 'ES256', typ: 'test+jwt' }), 'token_invalid', 'kid'],
  ['an empty kid', forge({ ...header, kid: '' }), 'token_invalid', 'kid'],
  ['RFC8725-3.10-2 its own key in jwk', forge({ ...header, jwk: es256.publicJwk }), 'token_invalid', 'header_member'],
  ['RFC8725-3.10-2 the address of a key in jku', forge({ ...header, jku: 'https://evil.test/jwks' }), 'token_invalid', 'header_member'],
  ['RFC8725-3.10-2 x5u', forge({ ...header, x5u: 'https://evil.test/cert' }), 'token_invalid', 'header_member'],
  ['x5c', forge({ ...header, x5c: ['AA'] }), 'token_invalid', 'header_member'],
  ['a critical extension', forge({ ...header, crit: ['exp'], exp: 1 }), 'token_invalid', 'header_member'],
  ['an empty list of critical extensions', forge({ ...header, crit: [] }), 'token_invalid', 'header_member'],
  ['b64 false', forge({ ...header, b64: false, crit: ['b64'] }), 'token_invalid', 'header_member'],
  ['b64 true', forge({ ...header, b64: true }), 'token_invalid', 'header_member'],
  ['RFC8725-3.6-1 compression', forge({ ...header, zip: 'DEF' }), 'token_invalid', 'header_member'],
  ['encryption', forge({ ...header, enc: 'A256GCM' }), 'token_invalid', 'header_member'],
  ...['JWT', 'at+jwt', 'test', 'application/test', '', 'text/test+jwt', 'test+jwt '].map((typ): [string, string, RefusalCode, string] => [
    `RFC8725-3.11-1 typ "${typ}"`,
    forge({ ...header, typ }),
    'token_invalid',
    'type',
  ]),
  ['RFC8725-3.11-1 no typ', forge({ alg: 'ES256', kid: es256.kid }), 'token_invalid', 'type'],
  ['typ as a list', forge({ ...header, typ: ['test+jwt'] }), 'token_invalid', 'type'],
  ['a duplicate member in the header', forge(`{"alg":"none","alg":"ES256","typ":"test+jwt","kid":"${es256.kid}"}`), 'credential_malformed'],
  [
    'a duplicate member in the header, escaped',
    forge(`{"\\u0061lg":"none","alg":"ES256","typ":"test+jwt","kid":"${es256.kid}"}`),
    'credential_malformed',
  ],
  ['__proto__ in the header', forge(`{"__proto__":{"alg":"ES256"},"typ":"test+jwt","kid":"${es256.kid}"}`), 'credential_malformed'],
  ['a header that is a list', forge([header]), 'credential_malformed'],
  ['a header that is null', forge(null), 'credential_malformed'],
  ['a header that is no JSON', forge('alg=ES256'), 'credential_malformed'],
  ['a deep header', forge(`{"a":${'['.repeat(20)}${']'.repeat(20)}}`), 'credential_malformed'],
  ['a duplicate member in the payload', forge(header, '{"sub":"a","sub":"b"}'), 'token_invalid', 'payload'],
  ['a duplicate member deep in the payload', forge(header, '{"a":[{"b":1,"b":1}]}'), 'token_invalid', 'payload'],
  ['__proto__ in the payload', forge(header, '{"__proto__":{"admin":true}}'), 'token_invalid', 'payload'],
  ['NUL in the payload', forge(header, '{"sub":"a\\u0000b"}'), 'token_invalid', 'payload'],
  ['a lone surrogate in the payload', forge(header, '{"sub":"\\ud800"}'), 'token_invalid', 'payload'],
  ['1e400 in the payload', forge(header, '{"exp":1e400}'), 'token_invalid', 'payload'],
  ['a payload that is a list', forge(header, '[1]'), 'token_invalid', 'payload'],
  ['a payload that is null', forge(header, 'null'), 'token_invalid', 'payload'],
  ['a payload that is no JSON', forge(header, 'a=1'), 'token_invalid', 'payload'],
  ['a deep payload', forge(header, `{"a":${'['.repeat(100)}${']'.repeat(100)}}`), 'token_invalid', 'payload'],
  ['a byte order mark in the payload', forge(header, '\ufeff{}'), 'token_invalid', 'payload'],
  [
    'RFC8725-3.7-1 a payload in UTF-16',
    signed(`${segment(header)}.${Buffer.from('{"a":1}', 'utf16le').toString('base64url')}`, es256),
    'token_invalid',
    'payload',
  ],
  [
    'RFC8725-3.7-1 a payload that is not UTF-8',
    signed(`${segment(header)}.${Buffer.from('{"a":"\xff"}', 'latin1').toString('base64url')}`, es256),
    'token_invalid',
    'payload',
  ],
  ['padding in the payload, signed', signed(`${segment(header)}.${segment('{"a":1 }')}=`, es256), 'token_invalid', 'payload'],
  ['white space in the payload, signed', signed(`${segment(header)}.e30 `, es256), 'token_invalid', 'payload'],
  ['stray bits in the payload, signed', signed(`${segment(header)}.e31`, es256), 'token_invalid', 'payload'],
  [
    'the other alphabet in the payload, signed',
    signed(`${segment(header)}.${segment({ a: '>>>???' }).replaceAll('-', '+').replaceAll('_', '/')}`, es256),
    'token_invalid',
    'payload',
  ],
  [
    'a letter beyond Latin in the payload, signed',
    signed(`${segment(header)}.\u01653 0`.replace(' ', ''), es256),
    'token_invalid',
    'payload',
  ],
  ['padding in the header', `${goodHeader}=.${goodPayload}.${goodSignature}`, 'credential_malformed'],
  ['white space in the header', ` ${good}`, 'credential_malformed'],
  ['padding in the signature', `${good}=`, 'token_invalid', 'signature'],
  ['a line end after it', `${good}\n`, 'token_invalid', 'signature'],
  ['an empty signature', `${goodHeader}.${goodPayload}.`, 'token_invalid', 'signature'],
  ['an empty payload', `${goodHeader}..${goodSignature}`, 'token_invalid', 'signature'],
  ['an empty header', `.${goodPayload}.${goodSignature}`, 'credential_malformed', 'structure'],
  ['one dot', `${goodHeader}.${goodPayload}`, 'credential_malformed', 'structure'],
  ['three dots', `${good}.`, 'credential_malformed', 'structure'],
  ['a JWE of five parts', `${good}.AA.AA`, 'credential_malformed', 'structure'],
  ['no dot', 'hello', 'credential_malformed', 'structure'],
  ['nothing', '', 'credential_malformed', 'structure'],
  ['dots only', '..', 'credential_malformed', 'structure'],
  ['one character too many', signed(`${segment(header)}.${segment({ a: 'x'.repeat(6100) })}`, es256), 'credential_malformed', 'too_long'],
  ['a megabyte', `${goodHeader}.${'A'.repeat(1_000_000)}.${goodSignature}`, 'credential_malformed', 'too_long'],
  ['a megabyte of dots', '.'.repeat(1_000_000), 'credential_malformed', 'too_long'],
]
for (const [name, compact, code, reason] of attacks) {
  test(`a JWS with ${name} is refused as ${code}`, () => refuses(compact, code, reason))
}

test('an attack is refused as well once the good header is known', () => {
  verifyJws(good, keys, expect)
  refuses(`${goodHeader}.${segment({ a: 2 })}.${goodSignature}`, 'token_invalid', 'signature')
  assert.throws(() => verifyJws(good, keys, { ...expect, algorithms: ['EdDSA'] }), AuthError)
  assert.throws(() => verifyJws(good, keys, { ...expect, type: 'other+jwt' }), AuthError)
  assert.throws(() => verifyJws(good, keySet([]), expect), AuthError)
})

test('RFC8725-3.1-1 without an allowed algorithm nothing verifies', () => {
  assert.throws(() => verifyJws(good, keys, { type: 'test+jwt', algorithms: [] }), AuthError)
})

test('an unknown key is reported with its name and before any cryptography', () => {
  const compact = `${segment({ ...header, kid: 'next-year' })}.e30.AA`
  assert.throws(
    () => verifyJws(compact, keys, expect),
    (error) => error instanceof AuthError && error.detail['reason'] === 'unknown_key' && error.detail['kid'] === 'next-year',
  )
})

for (const typ of ['test+jwt', 'TEST+JWT', 'application/test+jwt', 'Application/Test+JWT']) {
  test(`typ ${typ} is the expected media type`, () =>
    assert.deepEqual(verifyJws(forge({ ...header, typ }), keys, expect).payload, { a: 1 }))
}

test('a member of the header that nobody defines is ignored, as RFC 7515 section 4 wants', () => {
  assert.deepEqual(verifyJws(forge({ ...header, x5t: 'AA', tenant: 1 }), keys, expect).payload, { a: 1 })
})

test('the bound on the length is exact, and the caller can set it', () => {
  assert.doesNotThrow(() => verifyJws(good, keys, { ...expect, maxLength: good.length }))
  assert.throws(() => verifyJws(good, keys, { ...expect, maxLength: good.length - 1 }), AuthError)
})

test('[I14] no refusal carries a part of the token beyond the name of its key', () => {
  for (const [, compact] of attacks) {
    try {
      verifyJws(compact, keys, expect)
    } catch (error) {
      assert.ok(error instanceof AuthError)
      const said = `${error.message}${JSON.stringify(error.detail)}${String(error.cause)}`
      for (const part of compact.split('.')) if (part.length > 20) assert.equal(said.includes(part), false)
    }
  }
})

test('more headers than are remembered do no harm', () => {
  const many = Array.from({ length: 40 }, () => generateSigningKey('EdDSA' satisfies SignatureAlgorithm))
  const set = keySet(many.map((key) => verificationKey(key.publicJwk)))
  for (const key of [...many, ...many]) assert.equal(verifyJws(signJws('test+jwt', {}, key), set, expect).keyId, key.kid)
})
