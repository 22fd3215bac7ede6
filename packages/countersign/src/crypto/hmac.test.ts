import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { inspect } from 'node:util'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { hmacKey, hmacSha256, hmacSha256Base64url } from './hmac.ts'

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex')

// RFC 4231 sections 4.2 to 4.8.
const published: readonly (readonly [name: string, key: Uint8Array, data: Uint8Array, mac: string])[] = [
  ['4.2', Buffer.alloc(20, 0x0b), Buffer.from('Hi There'), 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
  [
    '4.3, a key shorter than the digest',
    Buffer.from('Jefe'),
    Buffer.from('what do ya want for nothing?'),
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
  ['4.4', Buffer.alloc(20, 0xaa), Buffer.alloc(50, 0xdd), '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe'],
  [
    '4.5',
    bytes('0102030405060708090a0b0c0d0e0f10111213141516171819'),
    Buffer.alloc(50, 0xcd),
    '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
  ],
  [
    '4.7, a key longer than a block',
    Buffer.alloc(131, 0xaa),
    Buffer.from('Test Using Larger Than Block-Size Key - Hash Key First'),
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  ],
  [
    '4.8, key and data longer than a block',
    Buffer.alloc(131, 0xaa),
    Buffer.from(
      'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
    ),
    '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
  ],
]
for (const [name, key, data, mac] of published) {
  test(`HMAC-SHA256 of RFC 4231 section ${name}`, () => {
    assert.equal(Buffer.from(hmacSha256(hmacKey(key), data)).toString('hex'), mac)
    assert.equal(hmacSha256Base64url(hmacKey(key), data), bytes(mac).toString('base64url'))
  })
}

test("HMAC-SHA256 agrees with Node's own for any key and message, also when one key serves long and short ones in turn", () => {
  const key = Buffer.alloc(32, 7)
  const prepared = hmacKey(key)
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 3000 }), (text) => {
      const expected = createHmac('sha256', key).update(text).digest('base64url')
      assert.equal(hmacSha256Base64url(prepared, text), expected)
      assert.equal(hmacSha256Base64url(prepared, Buffer.from(text)), expected)
    }),
  )
  for (const length of [1365, 1366, 4096, 4097, 20_000]) {
    assert.equal(
      hmacSha256Base64url(prepared, 'x'.repeat(length)),
      createHmac('sha256', key).update('x'.repeat(length)).digest('base64url'),
    )
  }
})

test('a key vouches for a text that ends in its MAC and for no change of it', () => {
  const key = hmacKey(Buffer.alloc(32, 1))
  for (const message of ['a', 'a.b', 'x'.repeat(5000)]) {
    const text = `${message}.${hmacSha256Base64url(key, message)}`
    assert.equal(key.vouchesFor(text, message.length), true)
    assert.equal(hmacKey(Buffer.alloc(32, 2)).vouchesFor(text, message.length), false)
    assert.equal(key.vouchesFor(`${text}=`, message.length), false)
    assert.equal(key.vouchesFor(text.slice(0, -1), message.length), false)
    for (const index of [0, message.length + 1, text.length - 1]) {
      const changed = `${text.slice(0, index)}${text[index] === 'A' ? 'B' : 'A'}${text.slice(index + 1)}`
      assert.equal(key.vouchesFor(changed, message.length), false)
    }
  }
})

test('a text beyond ASCII is not vouched for, wherever its bytes would fall', () => {
  const key = hmacKey(Buffer.alloc(32, 1))
  const message = 'b\u00e4r'
  assert.equal(key.vouchesFor(`${message}.${hmacSha256Base64url(key, message)}`, message.length), false)
})

test('a key shows nothing of its secret to a log', () => {
  const key = hmacKey(Buffer.from('canary-canary-canary-canary-cana'))
  for (const shown of [inspect(key, { showHidden: true, depth: 9 }), JSON.stringify(key), String(key)])
    assert.doesNotMatch(shown, /canary|63 61 6e/)
})

test('of a text that is ASCII the MAC is that of its bytes; no other text has one, however long', () => {
  const key = hmacKey(Buffer.alloc(32, 7))
  const expected = (text: string): string => createHmac('sha256', Buffer.alloc(32, 7)).update(text).digest('hex')
  for (const length of [0, 1, 63, 64, 4095, 4096, 4097, 9000]) {
    const text = 'a'.repeat(length)
    assert.equal(key.textOfAscii(text, 'hex'), expected(text), `${length}`)
    for (const other of ['é', '€', '\ud83d\ude00', '\ud800']) {
      assert.equal(key.textOfAscii(text + other, 'hex'), undefined)
      // Of these only a part has room: as many bytes as the text has characters.
      if (length > 0) assert.equal(key.textOfAscii(other.repeat(length), 'hex'), undefined)
    }
  }
})
