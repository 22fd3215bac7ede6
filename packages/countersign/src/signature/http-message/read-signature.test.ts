import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto'
import { test } from 'node:test'
import { AuthError, type RefusalCode } from '../../core/index.ts'
import { type HttpSignatureAlgorithm, hmacKey, type JwsKey } from '../../crypto/index.ts'
import { contentDigest } from '../content-digest.ts'
import { fieldNames, fieldValues, type RequestMessage } from '../message.ts'
import type { RequestSignature } from '../request-signature.ts'
import { publicSignatureKey, type SignatureKey, secretSignatureKey } from '../signature-key.ts'
import { readRequestSignature } from './read-signature.ts'
import { messageSigningKey, signDraft } from './sign-with-key.ts'
import { requestSignaturePolicy, type SignaturePolicyOptions } from './signature-policy.ts'
import { type SignatureMoment, SignatureTemplate, type SignatureTemplateOptions } from './signature-template.ts'

const body = Buffer.from('{"hello": "world"}')
const secret = hmacKey(Buffer.alloc(32, 7))
const secretKey = secretSignatureKey(secret)
const COVER = ['@method', '@target-uri', 'content-digest']

interface Parts {
  readonly method?: string
  readonly target?: string
  readonly authority?: string
  readonly scheme?: 'http' | 'https'
  readonly lines?: readonly string[]
}

const posted = ['Content-Type', 'application/json', 'Content-Length', '18', 'Content-Digest', contentDigest(body)]

function request({
  method = 'POST',
  target = '/orders?id=7',
  authority = 'api.example',
  scheme = 'https',
  lines = posted,
}: Parts = {}): RequestMessage {
  return { method, target, authority, scheme, values: fieldValues(lines), names: fieldNames(lines) }
}

function signed(
  options: Partial<SignatureTemplateOptions> = {},
  moment: Partial<SignatureMoment> = {},
  parts: Parts = {},
  [algorithm, key]: [HttpSignatureAlgorithm, JwsKey] = ['hmac-sha256', secret],
): Required<Pick<Parts, 'lines'>> & Parts {
  const template = new SignatureTemplate({ keyId: 'key-1', cover: COVER, ...options })
  const draft = template.draft(request(parts), { created: 1_700_000_000, nonce: 'n-1', ...moment })
  const fields = signDraft(draft, messageSigningKey(algorithm, key))
  return { ...parts, lines: [...(parts.lines ?? posted), 'Signature-Input', fields['signature-input'], 'Signature', fields.signature] }
}

function read(parts: Parts, options: SignaturePolicyOptions = {}): RequestSignature {
  const signature = readRequestSignature(request(parts), requestSignaturePolicy(options))
  assert.ok(signature)
  return signature
}

const refuses = (code: RefusalCode, detail: Readonly<Record<string, string>>, act: () => unknown): void =>
  assert.throws(act, (error) => {
    assert.ok(error instanceof AuthError, String(error))
    assert.equal(error.code, code)
    for (const [name, value] of Object.entries(detail)) assert.equal(error.detail[name], value)
    return true
  })

/** The lines with one field's value put in place of what was there. */
const replaced = (lines: readonly string[], name: string, change: (value: string) => string): readonly string[] =>
  lines.map((value, index) => (index % 2 === 1 && lines[index - 1]?.toLowerCase() === name ? change(value) : value))

test('[A07] a signed POST is read into what it claims, and holds under its key', () => {
  const signature = read(signed({}, { expires: 1_700_000_060 }))
  assert.deepEqual(
    [signature.form, signature.keyId, signature.signedAt, signature.expiresAt, signature.nonce],
    ['http-message', 'key-1', 1_700_000_000, 1_700_000_060, 'n-1'],
  )
  assert.deepEqual(signature.covered, ['"@method"', '"@target-uri"', '"content-digest"'])
  assert.equal(signature.check(secretKey), true)
  assert.equal(signature.check(secretSignatureKey(hmacKey(Buffer.alloc(32, 8)))), false)
  assert.ok(signature.body.kind === 'digest')
  assert.equal(signature.body.matches(body), true)
  assert.equal(signature.body.matches(Buffer.from('{"hello": "World"}')), false)
})

test('a request without a signature presents nothing', () => {
  assert.equal(readRequestSignature(request(), requestSignaturePolicy()), undefined)
})

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pairs: readonly (readonly [HttpSignatureAlgorithm, KeyPairKeyObjectResult, string])[] = [
  ['ed25519', generateKeyPairSync('ed25519'), 'EdDSA'],
  ['ecdsa-p256-sha256', generateKeyPairSync('ec', { namedCurve: 'P-256' }), 'ES256'],
  ['ecdsa-p384-sha384', generateKeyPairSync('ec', { namedCurve: 'P-384' }), 'ES384'],
  ['rsa-pss-sha512', rsa, 'PS512'],
  ['rsa-v1_5-sha256', rsa, 'RS256'],
]
const publicKeys: readonly SignatureKey[] = pairs.map(([, pair, alg]) =>
  publicSignatureKey({ ...pair.publicKey.export({ format: 'jwk' }), alg }),
)

for (const [index, [algorithm, pair]] of pairs.entries()) {
  test(`[A07] ${algorithm}: a signature holds under its own key and algorithm only`, () => {
    const parts = signed({}, {}, {}, [algorithm, pair.privateKey])
    for (const [other, key] of publicKeys.entries()) assert.equal(read(parts).check(key), other === index)
    assert.equal(read(parts).check(secretKey), false)
  })
}

test('an alg that differs from the key’s refuses, and one that agrees changes nothing', () => {
  assert.equal(read(signed({ algorithm: 'hmac-sha256' })).check(secretKey), true)
  assert.equal(read(signed({ algorithm: 'ed25519' })).check(secretKey), false)
  assert.equal(read(signed({ algorithm: 'hmac-sha512' })).check(secretKey), false)
})

for (const [missing, cover, moment] of [
  ['"@method"', ['@target-uri', 'content-digest'], {}],
  ['"@target-uri"', ['@method', 'content-digest'], {}],
  ['"content-digest"', ['@method', '@target-uri'], {}],
  ['"content-digest"', ['@method', '@target-uri', '"content-digest";key="sha-256"'], {}],
  ['nonce', COVER, { nonce: '' }],
] as const) {
  test(`[A04] a signature without ${missing} over [${cover.join(' ')}] is refused by that name`, () => {
    const { nonce, ...rest } = { nonce: 'n', ...moment }
    const parts = signed({ cover }, { ...rest, nonce })
    refuses('signature_incomplete', { missing }, () => read(parts))
  })
}

for (const [missing, change] of [
  ['created', (value: string) => value.replace(/;created=\d+/, '')],
  ['keyid', (value: string) => value.replace(/;keyid="[^"]*"/, '')],
  ['nonce', (value: string) => value.replace(/;nonce="[^"]*"/, '')],
] as const) {
  test(`a signature without ${missing} is refused by that name where it is asked for`, () => {
    const { lines } = signed()
    const parts = { lines: replaced(lines, 'signature-input', change) }
    refuses('signature_incomplete', { missing }, () => read(parts, { requireNonce: true }))
  })
}

test('a policy asks for components of its own, parameters in any order', () => {
  const cover = [...COVER, '"content-type";bs']
  assert.equal(read(signed({ cover }), { cover: ['@method', '"content-type";bs'] }).check(secretKey), true)
  refuses('signature_incomplete', { missing: '"content-type"' }, () => read(signed({ cover }), { cover: ['content-type'] }))
  assert.throws(() => requestSignaturePolicy({ cover: ['@nothing'] }), RangeError)
})

test('[A04] a body that is not covered is refused when it is announced, and bound to be none when it is not', () => {
  const cover = ['@method', '@target-uri']
  for (const lines of [
    ['Content-Length', '18'],
    ['Transfer-Encoding', 'chunked'],
    ['Content-Length', '0', 'Content-Length', '5'],
  ]) {
    refuses('signature_incomplete', { missing: '"content-digest"' }, () => read(signed({ cover }, {}, { lines })))
    assert.equal(read(signed({ cover }, {}, { lines }), { unsignedBody: true }).body.kind, 'unsigned')
  }
  for (const lines of [[], ['Content-Length', '0']]) assert.equal(read(signed({ cover }, {}, { lines })).body.kind, 'none')
})

for (const [name, reason, change] of [
  ['a repeated component', 'component_repeated', (value) => value.replace('"@method"', '"@method" "@method"')],
  [
    'a component repeated with its parameters in another order',
    'component_repeated',
    (value) => value.replace('"@method"', '"a";key="k";tr "a";tr;key="k" "@method"'),
  ],
  ['an unknown derived component', 'component_unknown', (value) => value.replace('"@method"', '"@method" "@secret"')],
  ['its own parameters among the components', 'component_unknown', (value) => value.replace('"@method"', '"@method" "@signature-params"')],
  ['an unknown parameter of a component', 'component_parameter', (value) => value.replace('"@method"', '"@method";x')],
  ['a parameter that is switched off', 'component_parameter', (value) => value.replace('"content-digest"', '"content-digest";sf=?0')],
  ['bytes and strictness at once', 'component_parameter', (value) => value.replace('"content-digest"', '"content-digest";bs;sf')],
  ['a name in upper case', 'component_parameter', (value) => value.replace('"content-digest"', '"Content-Digest"')],
  ['a component that is no string', 'component_malformed', (value) => value.replace('"@method"', 'method')],
  [
    'more components than anybody needs',
    'components_too_many',
    (value) => value.replace('"@method"', Array.from({ length: 33 }, (_, i) => `"x${i}"`).join(' ')),
  ],
  ['an unknown parameter', 'signature_input', (value) => `${value};x=1`],
  ['a time that is no number', 'signature_input', (value) => value.replace(/created=\d+/, 'created="1"')],
  ['a time before time began', 'signature_input', (value) => value.replace(/created=\d+/, 'created=-1')],
  ['a key id that is a token', 'signature_input', (value) => value.replace('keyid="key-1"', 'keyid=key-1')],
  ['no list', 'signature_input', () => 'sig1="x"'],
  ['no dictionary', 'signature_input', () => '("@method")'],
  ['two signatures, and no word on which', 'signature_input', (value) => `${value}, sig2=("@method");created=1;keyid="k"`],
  ['nine signatures', 'signature_input', (value) => [value, ...Array.from({ length: 8 }, (_, i) => `x${i}=()`)].join(', ')],
  ['another label than the signature', 'half_a_signature', (value) => value.replace('sig1', 'sig2')],
  ['more text than anybody needs', 'signature_too_long', (value) => `${value};tag="${'x'.repeat(8192)}"`],
  ['a key id that is too long', 'parameter_too_long', (value) => value.replace('key-1', 'k'.repeat(257))],
  ['a nonce that is too long', 'parameter_too_long', (value) => value.replace('n-1', 'n'.repeat(257))],
] as const satisfies readonly (readonly [string, string, (value: string) => string])[]) {
  test(`[A07] a Signature-Input with ${name} is refused as malformed`, () => {
    const parts = { lines: replaced(signed().lines, 'signature-input', change) }
    refuses('credential_malformed', { reason }, () => read(parts))
  })
}

for (const [name, reason, change] of [
  ['no bytes', 'signature', (value) => value.replaceAll(':', '"')],
  ['no padding', 'signature', (value) => value.replace('=:', ':')],
  ['an inner list', 'signature', () => 'sig1=(:AAAA:)'],
  ['nothing under the label', 'half_a_signature', (value) => value.replace('sig1', 'sig2')],
  ['more bytes than any signature has', 'signature', () => `sig1=:${'AAAA'.repeat(600)}:`],
] as const satisfies readonly (readonly [string, string, (value: string) => string])[]) {
  test(`[A07] a Signature with ${name} is refused as malformed, or does not hold`, () => {
    const parts = { lines: replaced(signed().lines, 'signature', change) }
    try {
      assert.equal(read(parts).check(secretKey), false)
    } catch (error) {
      refuses('credential_malformed', { reason }, () => {
        throw error
      })
    }
  })
}

test('half a signature is refused as malformed', () => {
  const { lines } = signed()
  for (const cut of [lines.slice(0, -2), [...lines.slice(0, -4), ...lines.slice(-2)]]) {
    refuses('credential_malformed', { reason: 'half_a_signature' }, () => read({ lines: cut }))
  }
})

test('[A04] a covered field that the message does not have any more is refused by its name', () => {
  const { lines } = signed({ cover: [...COVER, 'x-tenant'] }, {}, { lines: [...posted, 'X-Tenant', 'blue'] })
  const without = lines.filter((_, index) => lines[index - (index % 2)] !== 'X-Tenant')
  refuses('signature_invalid', { reason: 'component_absent', component: '"x-tenant"' }, () => read({ lines: without }))
})

test('several signatures: the label, or the tag, says which is meant, and what is not understood in the others does not matter', () => {
  const { lines } = signed({ label: 'ours', tag: 'countersign' })
  const all = { lines: [...lines, 'Signature-Input', 'other=("@weird";x "x");y', 'Signature', 'other=:AAAA:'] }
  for (const choice of [{ label: 'ours' }, { tag: 'countersign' }, { label: 'ours', tag: 'countersign' }]) {
    assert.equal(read(all, choice).check(secretKey), true)
  }
  for (const choice of [{ label: 'mine' }, { tag: 'mine' }, { label: 'ours', tag: 'mine' }]) {
    assert.equal(readRequestSignature(request(all), requestSignaturePolicy(choice)), undefined)
    // The quick way comes to the same end once the list is known.
    const policy = requestSignaturePolicy(choice)
    policy.known.learn('ours', {
      text: '("@method" "@target-uri" "content-digest")',
      components: [],
      identifiers: [],
      meanings: [],
      coversDigest: true,
    })
    assert.equal(readRequestSignature(request({ lines }), policy), undefined)
  }
})

test('[A03] without a nonce the claim is the signature’s own value, and the other half of an ECDSA pair has the same', () => {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = publicSignatureKey({ ...publicKey.export({ format: 'jwk' }) })
  const template = new SignatureTemplate({ keyId: 'key-1', cover: COVER })
  const fields = signDraft(template.draft(request(), { created: 1 }), messageSigningKey('ecdsa-p256-sha256', privateKey))
  const lines = [...posted, 'Signature-Input', fields['signature-input'], 'Signature', fields.signature]
  const twin = replaced(lines, 'signature', (value) => {
    const bytes = Buffer.from(value.slice(6, -1), 'base64')
    const s = order - BigInt(`0x${bytes.subarray(32).toString('hex')}`)
    return `sig1=:${Buffer.concat([bytes.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')]).toString('base64')}:`
  })
  const [first, second] = [read({ lines }), read({ lines: twin })]
  assert.notDeepEqual(lines, twin)
  assert.deepEqual([first.check(key), second.check(key)], [true, true])
  assert.equal(first.nonce, second.nonce)
  const others = signDraft(template.draft(request(), { created: 2 }), messageSigningKey('ecdsa-p256-sha256', privateKey))
  assert.notEqual(
    read({ lines: [...posted, 'signature-input', others['signature-input'], 'signature', others.signature] }).nonce,
    first.nonce,
  )
})

test('[A03] a second spelling of one signature does not hold', () => {
  const { lines } = signed({}, {}, {}, ['ed25519', (pairs[0] as (typeof pairs)[0])[1].privateKey])
  const key = publicKeys[0] as SignatureKey
  assert.equal(read({ lines }).check(key), true)
  for (const change of [
    // Stray bits in the last character before the padding; no padding; white space.
    (value: string) => value.replace(/(.)==:$/, (_, last: string) => `${String.fromCharCode(last.charCodeAt(0) + 1)}==:`),
    (value: string) => value.replace('==:', ':'),
    (value: string) => value.replace('sig1=:', 'sig1=: '),
    (value: string) => `${value};x`,
  ]) {
    const other = { lines: replaced(lines, 'signature', change) }
    let holds = false
    try {
      holds = read(other).check(key)
    } catch (error) {
      assert.ok(error instanceof AuthError)
    }
    // A parameter changes nothing of the value: the claim is the same.
    if (holds) assert.equal(read(other).nonce, read({ lines }).nonce)
    else assert.equal(holds, false)
  }
})

test('what is spelled loosely is read as what it means, the first time and, once the list is known, again', () => {
  const policy = requestSignaturePolicy()
  const { lines } = signed()
  for (const change of [
    (value: string) => value,
    (value: string) => value.replace('sig1=(', 'sig1=(  ').replaceAll(' "', '   "'),
    (value: string) => value.replaceAll(';', ';  '),
    (value: string) => `  ${value}  `,
    (value: string) => value.replace('created=', 'created=5;created='),
    (value: string) => value.replace('created=', 'created=000'),
  ]) {
    for (let time = 0; time < 2; time++) {
      const signature = readRequestSignature(request({ lines: replaced(lines, 'signature-input', change) }), policy)
      assert.equal(signature?.check(secretKey), true)
    }
  }
})

test('escapes and other parameters than the usual are read alike before and after the list is known', () => {
  const policy = requestSignaturePolicy()
  for (const [nonce, tag] of [
    ['a"b\\c', 'x'],
    ['', undefined],
    ['n', 'a"'],
    ['n', 't'],
  ] as const) {
    const parts = signed(tag === undefined ? {} : { tag }, nonce === '' ? {} : { nonce })
    for (let time = 0; time < 2; time++) {
      const signature = readRequestSignature(request(parts), policy)
      assert.equal(signature?.check(secretKey), true)
      assert.equal(signature.nonce, nonce === '' ? 'n-1' : nonce)
    }
  }
})

test('a field that is not ASCII is never signed, and a signature over one never holds', () => {
  const lines = [...posted, 'X-Name', 'Jos\u00e9']
  assert.throws(() => signed({ cover: [...COVER, 'x-name'] }, {}, { lines }), RangeError)
  const good = signed({ cover: [...COVER, 'x-name'] }, {}, { lines: [...posted, 'X-Name', 'Jose'] })
  assert.equal(read({ lines: replaced(good.lines, 'x-name', () => 'Jos\u00e9') }).check(secretKey), false)
})

test('[I13] a line break in a value cannot begin a line of its own', () => {
  for (const parts of [
    { lines: replaced(signed().lines, 'content-digest', (value) => `${value}\n"x": y`) },
    { ...signed(), target: '/orders\n"x": y' },
    { ...signed(), method: 'POST\n"x": y' },
  ]) {
    refuses('signature_invalid', { reason: 'component_value' }, () => read(parts))
  }
})

test('[A04] host and path cannot be cut in another place, and an address elsewhere is not signed for', () => {
  assert.throws(() => read({ ...signed(), authority: 'api.example/orders', target: '/' }), AuthError)
  assert.throws(() => read({ ...signed(), authority: 'user@api.example' }), AuthError)
  assert.throws(() => read({ ...signed(), authority: '' }), AuthError)
  assert.equal(read({ ...signed(), authority: 'API.example:443' }).check(secretKey), true)
  assert.equal(read({ ...signed(), authority: 'api.example:8443' }).check(secretKey), false)
  assert.equal(read({ ...signed(), scheme: 'http' }).check(secretKey), false)
  assert.equal(read({ ...signed(), target: 'https://api.example/orders?id=7' }).check(secretKey), true)
  refuses('signature_invalid', { reason: 'component_ambiguous' }, () => read({ ...signed(), target: 'https://other.example/orders?id=7' }))
  refuses('signature_invalid', { reason: 'component_absent' }, () => read({ ...signed(), target: 'api.example:443' }))
})
