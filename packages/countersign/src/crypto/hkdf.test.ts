import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hkdfSha256 } from './hkdf.ts'

test('HKDF-SHA256 of RFC 5869 A.3: no salt, no info', () => {
  assert.equal(
    Buffer.from(hkdfSha256(Buffer.alloc(22, 0x0b), '', 42)).toString('hex'),
    '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
  )
})

test('another info, another salt or another secret gives other bytes', () => {
  const base = { secret: Buffer.alloc(32, 1), info: 'a', salt: Buffer.alloc(0) }
  const derive = ({ secret, info, salt }: typeof base): string => Buffer.from(hkdfSha256(secret, info, 32, salt)).toString('hex')
  const all = [base, { ...base, info: 'b' }, { ...base, salt: Buffer.alloc(32, 1) }, { ...base, secret: Buffer.alloc(32, 2) }].map(derive)
  assert.equal(new Set(all).size, 4)
})

test('more bytes than HKDF can give are refused', () => {
  assert.throws(() => hkdfSha256(Buffer.alloc(32), 'a', 255 * 32 + 1), RangeError)
})
