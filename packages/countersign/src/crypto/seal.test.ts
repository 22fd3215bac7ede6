import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from '../core/platform.ts'
import { seal, unseal } from './seal.ts'

const key = Buffer.alloc(32, 1)
const otherKey = Buffer.alloc(32, 2)
const plaintext = Buffer.from('a private key')
const sealed = seal(key, plaintext, 'keys/1', systemRandom)

test('what was sealed is unsealed by any of the keys that fits, first or not', () => {
  for (const keys of [[key], [otherKey, key], [key, otherKey]]) assert.deepEqual([...unseal(keys, sealed, 'keys/1')], [...plaintext])
})

test('the same plaintext is never sealed to the same bytes', () => {
  assert.notDeepEqual(seal(key, plaintext, 'keys/1', systemRandom), sealed)
})

test('an empty plaintext is sealed too', () => {
  assert.equal(unseal([key], seal(key, new Uint8Array(), '', systemRandom), '').byteLength, 0)
})

const failed = { name: 'Error', message: 'unseal failed' }

test('another key, no key, other associated data: unseal failed', () => {
  assert.throws(() => unseal([otherKey], sealed, 'keys/1'), failed)
  assert.throws(() => unseal([], sealed, 'keys/1'), failed)
  assert.throws(() => unseal([key], sealed, 'keys/2'), failed)
})

test('[I14] every changed bit and every cut is found', () => {
  for (let index = 0; index < sealed.byteLength; index++) {
    const changed = Uint8Array.from(sealed)
    changed[index] = (changed[index] as number) ^ 1
    assert.throws(() => unseal([key], changed, 'keys/1'), failed)
    assert.throws(() => unseal([key], sealed.subarray(0, index), 'keys/1'), failed)
  }
})

test('a key that is not 256 bits long is refused on both ways', () => {
  assert.throws(() => seal(Buffer.alloc(16), plaintext, '', systemRandom), RangeError)
  assert.throws(() => unseal([Buffer.alloc(33)], sealed, ''), RangeError)
})
