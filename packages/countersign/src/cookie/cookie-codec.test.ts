import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { AuthError, ManualClock, type RefusalCode } from '../core/index.ts'
import { type CookieCodec, type CookieCodecOptions, CookieTooLong, createEncryptedCookies, createSignedCookies } from './index.ts'

const first = Buffer.alloc(32, 1)
const second = Buffer.alloc(32, 2)
const refusedAs = (code: RefusalCode) => (error: unknown) => error instanceof AuthError && error.code === code

const codecs: Readonly<Record<string, (options: CookieCodecOptions) => CookieCodec>> = {
  signed: createSignedCookies,
  encrypted: createEncryptedCookies,
}

for (const [kind, create] of Object.entries(codecs)) {
  suite(`${kind} cookies`, () => {
    test('[C08] a value comes back until it expires, to the millisecond', () => {
      const clock = new ManualClock(1_800_000_000_000)
      const cookies = create({ keys: [first], clock })
      const text = cookies.write('theme', 'dark; "é" \n', { expiresInSeconds: 60 })
      clock.advance(59_999)
      assert.deepEqual(cookies.read('theme', text), { value: 'dark; "é" \n', isNewest: true })
      clock.advance(1)
      assert.throws(() => cookies.read('theme', text), refusedAs('token_expired'))
    })

    test('[C08] the first key makes, the others open and say so, and a key that has left opens nothing', () => {
      const clock = new ManualClock(1_800_000_000_000)
      const old = create({ keys: [first], clock }).write('theme', 'dark', { expiresInSeconds: 60 })
      const rotating = create({ keys: [second, first], clock })
      assert.deepEqual(rotating.read('theme', old), { value: 'dark', isNewest: false })
      const renewed = rotating.write('theme', 'dark', { expiresInSeconds: 60 })
      const retired = create({ keys: [second], clock })
      assert.deepEqual(retired.read('theme', renewed), { value: 'dark', isNewest: true })
      assert.throws(() => retired.read('theme', old), refusedAs('token_invalid'))
      // Other keys sign what is the same in every other way.
      assert.throws(() => create({ keys: [first], clock }).read('theme', renewed), refusedAs('token_invalid'))
    })

    test('[C08] the cookie of one name is worth nothing under another', () => {
      const cookies = create({ keys: [first] })
      const text = cookies.write('theme', 'admin', { expiresInSeconds: 60 })
      for (const name of ['role', 'Theme', '__Host-theme', 'theme.sig', ''])
        assert.throws(() => cookies.read(name, text), refusedAs('token_invalid'))
    })

    test('[C08] any other text is refused, whatever it is, and nothing is ever opened that was not made', () => {
      const cookies = create({ keys: [first, second] })
      const text = cookies.write('theme', 'dark', { expiresInSeconds: 3600 })
      for (let index = 0; index < text.length; index++) {
        const changed = text.slice(0, index) + (text[index] === 'A' ? 'B' : 'A') + text.slice(index + 1)
        assert.throws(() => cookies.read('theme', changed), AuthError)
      }
      for (const other of [
        '',
        '.',
        '..',
        text.slice(1),
        text.slice(0, -1),
        `${text}A`,
        `${text}=`,
        ` ${text}`,
        `"${text}"`,
        'x'.repeat(100_000),
      ]) {
        assert.throws(() => cookies.read('theme', other), AuthError)
      }
      fc.assert(
        fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (junk) => {
          assert.throws(() => cookies.read('theme', junk), AuthError)
        }),
        { numRuns: 500 },
      )
    })

    test('[C08] what browsers would drop is refused when it is made, and so is what would not end', () => {
      const cookies = create({ keys: [first] })
      assert.throws(() => cookies.write('theme', 'x'.repeat(3_100), { expiresInSeconds: 60 }), CookieTooLong)
      assert.ok(cookies.write('theme', 'x'.repeat(2_900), { expiresInSeconds: 60 }).length <= 4_096)
      for (const expiresInSeconds of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
        assert.throws(() => cookies.write('theme', 'dark', { expiresInSeconds }), RangeError)
      }
    })

    test('no key, or a short one, is refused at once', () => {
      assert.throws(() => create({ keys: [] }), RangeError)
      assert.throws(() => create({ keys: [first, Buffer.from('secret')] }), RangeError)
    })
  })
}

test('[C08] an encrypted cookie does not show its value, and hardly its length', () => {
  const cookies = createEncryptedCookies({ keys: [first] })
  const write = (value: string): string => cookies.write('theme', value, { expiresInSeconds: 60 })
  assert.equal(Buffer.from(write('a-rather-secret-value'), 'base64url').includes('secret'), false)
  assert.notEqual(write('dark'), write('dark'))
  assert.equal(write('no').length, write('perhaps').length)
})

test('[I22] a signed cookie is no encrypted one, and the other way round', () => {
  const [signed, encrypted] = [createSignedCookies({ keys: [first] }), createEncryptedCookies({ keys: [first] })]
  assert.throws(() => encrypted.read('a', signed.write('a', 'x', { expiresInSeconds: 60 })), AuthError)
  assert.throws(() => signed.read('a', encrypted.write('a', 'x', { expiresInSeconds: 60 })), AuthError)
})
