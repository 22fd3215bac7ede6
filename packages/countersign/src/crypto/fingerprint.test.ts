import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Fingerprint, keyedFingerprint } from './fingerprint.ts'

const keyOf = (byte: number): Fingerprint => keyedFingerprint({ bytes: (length) => new Uint8Array(length).fill(byte) })

function of(fingerprint: Fingerprint, id: string): bigint {
  const halves = new Int32Array(2)
  fingerprint(id, halves)
  return (BigInt.asUintN(32, BigInt(halves[0] ?? 0)) << 32n) | BigInt.asUintN(32, BigInt(halves[1] ?? 0))
}

const bitsOf = (value: bigint): number => value.toString(2).replaceAll('0', '').length

test('one id has one fingerprint, with one key', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (id) => assert.equal(of(keyOf(1), id), of(keyOf(1), id))))
  assert.notEqual(of(keyOf(1), 'ses_a'), of(keyOf(2), 'ses_a'))
  assert.notEqual(of(keyedFingerprint(), 'ses_a'), of(keyedFingerprint(), 'ses_a'))
})

test('ids that differ in length, in zeros, in the last byte or in width have different fingerprints', () => {
  const fingerprint = keyOf(3)
  const ids = [
    '',
    '\0',
    '\0\0',
    '\0\0\0',
    '\0\0\0\0',
    'a',
    'a\0',
    'abcd',
    'abce',
    'abcd\0',
    'é',
    'Ã©',
    'é\0',
    '\u0101',
    '\x01\x01',
    '\u0101\0',
    'a\u0100',
    '\ud800',
    '\ud801',
    '\ufffd',
    'x'.repeat(3000),
    'x'.repeat(3001),
    'x'.repeat(5000),
  ]
  assert.equal(new Set(ids.map((id) => of(fingerprint, id))).size, ids.length)
})

test('what was hashed before changes nothing', () => {
  const fingerprint = keyOf(4)
  const before = of(fingerprint, 'abcde')
  of(fingerprint, '\u{10ffff}'.repeat(50))
  assert.equal(of(fingerprint, 'abcde'), before)
})

test('a bit of the id changes half of the bits of its fingerprint, in both halves', () => {
  const fingerprint = keyOf(5)
  let [high, low, pairs] = [0, 0, 0]
  for (let id = 0; id < 500; id++) {
    for (const bit of [1, 2, 8, 64]) {
      const changed =
        of(fingerprint, `usr_${String.fromCharCode(64 + (id % 32))}${id}`) ^
        of(fingerprint, `usr_${String.fromCharCode((64 + (id % 32)) ^ bit)}${id}`)
      high += bitsOf(changed >> 32n)
      low += bitsOf(changed & 0xffff_ffffn)
      pairs++
    }
  }
  for (const mean of [high / pairs, low / pairs]) assert.ok(Math.abs(mean - 16) < 0.4, String(mean))
})

test('ids that count up fill all parts of a table alike', () => {
  const fingerprint = keyOf(6)
  const parts = new Array<number>(64).fill(0)
  for (let id = 0; id < 64_000; id++) parts[Number(of(fingerprint, `user-${id}`) >> 58n)]! += 1
  // 1000 each; five standard deviations are 158.
  for (const count of parts) assert.ok(Math.abs(count - 1000) < 200, String(count))
})
