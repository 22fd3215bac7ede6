import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { decodeBase64url, decodeBase64urlText, encodeBase64url } from './base64url.ts'

/** The same module as a browser loads it: without Buffer. */
async function withoutBuffer(): Promise<typeof import('./base64url.ts')> {
  const { Buffer } = globalThis
  Reflect.deleteProperty(globalThis, 'Buffer')
  try {
    const specifier = './base64url.ts?without-buffer'
    return await import(specifier)
  } finally {
    globalThis.Buffer = Buffer
  }
}

const portable = await withoutBuffer()

// RFC 4648 section 10, without padding.
const published: readonly (readonly [text: string, encoded: string])[] = [
  ['', ''],
  ['f', 'Zg'],
  ['fo', 'Zm8'],
  ['foo', 'Zm9v'],
  ['foob', 'Zm9vYg'],
  ['fooba', 'Zm9vYmE'],
  ['foobar', 'Zm9vYmFy'],
]
for (const [text, encoded] of published) {
  test(`"${text}" is "${encoded}" in base64url, with and without Buffer`, () => {
    for (const form of [{ encodeBase64url, decodeBase64url, decodeBase64urlText }, portable]) {
      assert.equal(form.encodeBase64url(new TextEncoder().encode(text)), encoded)
      assert.deepEqual([...form.decodeBase64url(encoded)], [...new TextEncoder().encode(text)])
      assert.equal(form.decodeBase64urlText(encoded), text)
    }
  })
}

const refused: readonly (readonly [name: string, text: string])[] = [
  ['padding', 'Zg=='],
  ['half a padding', 'Zm8='],
  ['one character', 'Z'],
  ['five characters', 'Zm9vY'],
  ['stray bits after one byte', 'Zh'],
  ['stray bits after two bytes', 'Zm9'],
  ['a plus', 'Zm+v'],
  ['a slash', 'Zm/v'],
  ['white space', 'Zm 9v'],
  ['a line end', 'Zm9v\n'],
  ['a NUL', 'Zm9v\0AAA'],
  ['a letter beyond ASCII', 'Zm9\u00fc'],
  ['a letter whose low byte is in the alphabet', '\u0141m9v'],
  ['a lone surrogate', 'Zm9\ud841'],
]
for (const [name, text] of refused) {
  test(`base64url with ${name} is refused, and the message does not hold it`, () => {
    for (const decode of [decodeBase64url, decodeBase64urlText, portable.decodeBase64url, portable.decodeBase64urlText]) {
      assert.throws(
        () => decode(text),
        (error) => error instanceof SyntaxError && !error.message.includes(text),
      )
    }
  })
}

test('whatever is encoded decodes to the same bytes, in both forms alike', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const text = encodeBase64url(bytes)
      assert.equal(portable.encodeBase64url(bytes), text)
      assert.deepEqual([...decodeBase64url(text)], [...bytes])
      assert.deepEqual([...portable.decodeBase64url(text)], [...bytes])
    }),
  )
})

test('both forms, and the text form, agree on which texts are canonical', () => {
  const accepts = (decode: (text: string) => unknown, text: string): boolean => {
    try {
      decode(text)
      return true
    } catch {
      return false
    }
  }
  const alphabet = [...'ABCghz019-_+/= \n\0\u00e4\u0141']
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...alphabet), { maxLength: 12 }), (characters) => {
      const text = characters.join('')
      const canonical = accepts(portable.decodeBase64url, text)
      assert.equal(accepts(decodeBase64url, text), canonical)
      if (!canonical) assert.equal(accepts(decodeBase64urlText, text), false)
    }),
    { numRuns: 2000 },
  )
})

test('bytes that are not UTF-8 are refused as text, also where a replacement character would be shown', () => {
  assert.throws(() => decodeBase64urlText(encodeBase64url(Uint8Array.of(0x61, 0xff))), SyntaxError)
  assert.throws(() => decodeBase64urlText(encodeBase64url(Uint8Array.of(0xed, 0xa0, 0x80))), SyntaxError)
  assert.equal(decodeBase64urlText(encodeBase64url(new TextEncoder().encode('a\ufffd\u{1f600}'))), 'a\ufffd\u{1f600}')
})

test('a byte order mark is not swallowed', () => {
  assert.equal(decodeBase64urlText(encodeBase64url(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))), '\ufeffa')
})

test('a text longer than the scratch buffer decodes as well', () => {
  const text = 'countersign '.repeat(2000)
  assert.equal(decodeBase64urlText(encodeBase64url(new TextEncoder().encode(text))), text)
})
