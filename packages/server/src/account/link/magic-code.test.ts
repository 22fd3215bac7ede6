import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from 'countersign/core'
import { magicCodeHash, newMagicCode, newRequestSecret, parseRequestSecret, requestHashOf } from './magic-code.ts'

test('a code has eight characters that nobody misreads, of 40 bits', () => {
  const codes = new Set(Array.from({ length: 500 }, () => newMagicCode(systemRandom)))
  assert.equal(codes.size, 500)
  for (const code of codes) assert.match(code, /^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/)
  const used = new Set([...codes].join('').replaceAll('-', ''))
  assert.equal(used.size, 32)
})

test('a code is the same however it is typed, and bound to its request', () => {
  const hash = magicCodeHash('request', '01AB-CD9Z')
  for (const typed of ['01abcd9z', ' 01AB CD9Z ', 'o1ab-cd9z', 'OLAB–CD9Z'.replace('–', '-'), '0iab\tcd9z'])
    assert.equal(magicCodeHash('request', typed), hash, typed)
  assert.notEqual(magicCodeHash('other', '01AB-CD9Z'), hash)
  for (const typed of ['', '01AB-CD9', '01AB-CD9ZZ', '01AB-CD9U', '01AB-CD9!', 'x'.repeat(64)])
    assert.equal(magicCodeHash('request', typed), undefined, typed)
})

test('the secret of a request is read by its form, and kept as a hash', () => {
  const secret = newRequestSecret(systemRandom)
  assert.equal(parseRequestSecret(secret), requestHashOf(secret))
  for (const other of ['', 'cs_ask_', `${secret}x`, secret.replace('cs_ask', 'cs_magic')])
    assert.equal(parseRequestSecret(other), undefined)
})
