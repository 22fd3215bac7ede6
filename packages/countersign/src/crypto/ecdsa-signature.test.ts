import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { derOfP256Signature, p256SignatureOfDer } from './ecdsa-signature.ts'

test('r and s come back out of their DER, with leading zeros and leading ones', () => {
  const coordinate = fc
    .tuple(fc.nat({ max: 31 }), fc.uint8Array({ minLength: 32, maxLength: 32 }))
    .map(([zeros, bytes]) => Uint8Array.from(bytes, (byte, index) => (index < zeros ? 0 : byte)))
    .filter((bytes) => bytes.some((byte) => byte !== 0))
  fc.assert(
    fc.property(coordinate, coordinate, (r, s) => {
      const signature = Uint8Array.of(...r, ...s)
      const der = derOfP256Signature(signature)
      assert.ok(der !== undefined)
      assert.deepEqual([...p256SignatureOfDer(der)], [...signature])
    }),
    { numRuns: 500 },
  )
})

test('a signature with r or s zero, or of another length, is none', () => {
  const one = [...new Uint8Array(31), 1]
  const zero = [...new Uint8Array(32)]
  assert.equal(derOfP256Signature(Uint8Array.of(...zero, ...one)), undefined)
  assert.equal(derOfP256Signature(Uint8Array.of(...one, ...zero)), undefined)
  assert.equal(derOfP256Signature(Uint8Array.of(...one, ...one, 1)), undefined)
  assert.equal(derOfP256Signature(Uint8Array.of(...one)), undefined)
  assert.deepEqual([...(derOfP256Signature(Uint8Array.of(...one, ...one)) ?? [])], [0x30, 6, 2, 1, 1, 2, 1, 1])
})
