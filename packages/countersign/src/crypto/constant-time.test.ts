import assert from 'node:assert/strict'
import { test } from 'node:test'
import { equalAscii, equalBytes, equalText } from './constant-time.ts'

test('bytes are equal when every one is', () => {
  assert.equal(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2)), true)
  assert.equal(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3)), false)
  assert.equal(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1)), false)
  assert.equal(equalBytes(new Uint8Array(), new Uint8Array()), true)
})

test('texts are equal when every character is, beyond ASCII too', () => {
  assert.equal(equalText('abc', 'abc'), true)
  assert.equal(equalText('', ''), true)
  for (const other of ['abd', 'bbc', 'ab', 'abcd', 'ab\u0163']) assert.equal(equalText('abc', other), false)
})

test('digests are equal when every character is, in one length or another; a text that is not ASCII equals no other', () => {
  for (const length of [0, 4, 43, 44, 64, 88, 128, 200]) {
    const digest = 'x'.repeat(length)
    assert.equal(equalAscii(digest, digest), true)
    assert.equal(equalAscii(digest, `${digest}x`), false)
    for (let index = 0; index < length; index++) {
      for (const other of ['y', '\u0178', '\u00f8', 'X']) {
        assert.equal(equalAscii(digest, digest.slice(0, index) + other + digest.slice(index + 1)), false)
      }
    }
  }
})
