import assert from 'node:assert/strict'
import { test } from 'node:test'
import { equalBytes, equalText } from './constant-time.ts'

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
