import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from '../../core/index.ts'
import { acceptSignature, parseAcceptSignature, templateFor } from './accept-signature.ts'

/** RFC 9421 section 5.1, its example in the order in which we write parameters. */
const printed =
  'sig1=("@method" "@target-uri" "@authority" "content-digest" "cache-control");created;keyid="test-key-rsa-pss";tag="app-123"'
const wish = {
  label: 'sig1',
  cover: ['@method', '@target-uri', '@authority', 'content-digest', 'cache-control'],
  created: true,
  keyId: 'test-key-rsa-pss',
  tag: 'app-123',
}

test('a wish for a signature is written as RFC 9421 section 5.1 prints it, and read again', () => {
  assert.equal(acceptSignature([wish]), printed)
  assert.deepEqual(parseAcceptSignature(printed), [{ ...wish, cover: wish.cover.map((name) => `"${name}"`) }])
  const two = acceptSignature([wish, { label: 'b', cover: ['"@method";req'], expires: true, nonce: 'n"', algorithm: 'ed25519' }])
  assert.deepEqual(parseAcceptSignature(two)[1], { label: 'b', cover: ['"@method";req'], expires: true, nonce: 'n"', algorithm: 'ed25519' })
})

for (const [name, text] of [
  ['no dictionary', '("@method")'],
  ['no list', 'sig1="@method"'],
  ['an unknown parameter', 'sig1=();what'],
  ['a time with a value', 'sig1=();created=5'],
  ['a nonce that is no string', 'sig1=();nonce=5'],
  ['nine wishes', Array.from({ length: 9 }, (_, index) => `s${index}=()`).join(', ')],
  ['more text than anybody needs', `sig1=();nonce="${'x'.repeat(4096)}"`],
] as const) {
  test(`an Accept-Signature with ${name} is refused`, () => {
    assert.throws(
      () => parseAcceptSignature(text),
      (error) => error instanceof AuthError && error.code === 'request_invalid',
    )
  })
}

test('a signer honours what is wished of him, and nothing that is wished of others', () => {
  const signer = { keyId: 'test-key-rsa-pss', algorithm: 'rsa-pss-sha512' }
  const request = {
    method: 'GET',
    target: '/',
    scheme: 'https',
    authority: 'api.example',
    values: (name: string) => (name.startsWith('c') ? ['x'] : undefined),
    names: () => [],
  } as const
  const fields = templateFor(wish, signer)?.draft(request, { created: 5 }).fields('AAAA')
  assert.equal(fields?.['signature-input'], printed.replace(';created', ';created=5'))
  assert.equal(templateFor(wish, { ...signer, keyId: 'other' }), undefined)
  assert.equal(templateFor(wish, { ...signer, tag: 'other' }), undefined)
  assert.equal(templateFor({ ...wish, algorithm: 'ed25519' }, signer), undefined)
  assert.ok(templateFor({ ...wish, algorithm: 'rsa-pss-sha512' }, { ...signer, tag: 'app-123' }))
  assert.throws(() => templateFor({ ...wish, cover: ['@nothing'] }, signer), RangeError)
})
