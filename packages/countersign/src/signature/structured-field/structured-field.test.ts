import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type BareItem,
  decodeBase64,
  encodeBase64,
  type Parameters,
  parseDictionary,
  parseInnerList,
  parseItem,
  parseList,
  serializeBareItem,
  serializeDictionary,
  serializeInnerList,
  serializeItem,
  serializeList,
} from './index.ts'

/** RFC 9651 sections 3.1 to 3.3 print these. */
for (const [name, text, written] of [
  ['a list of tokens', 'sugar, tea, rum', undefined],
  ['inner lists', '("foo" "bar"), ("baz"), ("bat" "one"), ()', undefined],
  ['inner lists with parameters', '("foo"; a=1;b=2);lvl=5, ("bar" "baz");lvl=1', '("foo";a=1;b=2);lvl=5, ("bar" "baz");lvl=1'],
  ['parameters', 'abc;a=1;b=2; cde_456, (ghi;jk=4 l);q="9";r=w', 'abc;a=1;b=2;cde_456, (ghi;jk=4 l);q="9";r=w'],
] as const) {
  test(`a list that RFC 9651 prints is read and written: ${name}`, () => assert.equal(serializeList(parseList(text)), written ?? text))
}

for (const [name, text, written] of [
  ['a string and bytes', 'en="Applepie", da=:w4ZibGV0w6ZydGU=:', undefined],
  ['booleans', 'a=?0, b, c; foo=bar', 'a=?0, b, c;foo=bar'],
  ['lists among numbers', 'rating=1.5, feelings=(joy sadness)', undefined],
  ['parameters', 'a=(1 2), b=3, c=4;aa=bb, d=(5 6);valid', undefined],
] as const) {
  test(`a dictionary that RFC 9651 prints is read and written: ${name}`, () =>
    assert.equal(serializeDictionary(parseDictionary(text)), written ?? text))
}

for (const [text, bare] of [
  ['42', { type: 'integer', value: 42 }],
  ['-0', { type: 'integer', value: 0 }],
  ['4.5', { type: 'decimal', value: 4.5 }],
  ['"hello \\"w\\\\orld"', { type: 'string', value: 'hello "w\\orld' }],
  ['foo123/456', { type: 'token', value: 'foo123/456' }],
  [
    ':cHJldGVuZCB0aGlzIGlzIGJpbmFyeSBjb250ZW50Lg==:',
    { type: 'bytes', value: new Uint8Array(Buffer.from('pretend this is binary content.')) },
  ],
  ['?1', { type: 'boolean', value: true }],
  ['@1659578233', { type: 'date', value: 1_659_578_233 }],
  ['%"This is intended for display to %c3%bcsers."', { type: 'display-string', value: 'This is intended for display to \u00fcsers.' }],
] as const satisfies readonly (readonly [string, BareItem])[]) {
  test(`an item that RFC 9651 prints is read: ${text}`, () => {
    const found = parseItem(text).bare
    assert.deepEqual(found.type === 'bytes' ? { type: 'bytes', value: new Uint8Array(found.value) } : found, bare)
  })
}

for (const text of [
  '',
  '1 2',
  '1;',
  '1;A',
  '1.',
  '1.2345',
  '-',
  '1234567890123456',
  '1234567890123.1',
  '"a',
  '"\\x"',
  '"\u00e9"',
  '"\t"',
]) {
  test(`no item: ${JSON.stringify(text)}`, () => assert.throws(() => parseItem(text), SyntaxError))
}
for (const text of [
  ':AA:',
  ':AB==:',
  ':A-A=:',
  ':AAAA',
  '?2',
  '@1.0',
  '%"%C3"',
  '%"%c3"',
  '%"%2"',
  '%"\u00e9"',
  'a;b=',
  '=',
  '\u00e9',
  ' \t1',
]) {
  test(`no item: ${JSON.stringify(text)}`, () => assert.throws(() => parseItem(text), SyntaxError))
}
for (const text of ['1,', ',1', '1,,2', '(1', '(1  2', '(1,2)', '((1))', '(1)2', '(1"2")', '1;a=(2)']) {
  test(`no list: ${text}`, () => assert.throws(() => parseList(text), SyntaxError))
}
for (const text of ['A=1', 'a=', 'a=1 b=2', 'a,', '1=a', 'a =1', 'a= 1', '(a)']) {
  test(`no dictionary: ${text}`, () => assert.throws(() => parseDictionary(text), SyntaxError))
}

test('of a key that stands there twice the last value counts, at the first place', () => {
  assert.equal(serializeDictionary(parseDictionary('a=1, b=2, a=3;x;y;x=4')), 'a=3;x=4;y, b=2')
})

test('the message of an error never holds the text', () => {
  assert.throws(
    () => parseItem('"secret'),
    (error) => error instanceof SyntaxError && !error.message.includes('secret'),
  )
})

for (const [name, bare] of [
  ['a number that is too large', { type: 'integer', value: 1e15 }],
  ['a fraction as an integer', { type: 'integer', value: 1.5 }],
  ['a decimal that is too large', { type: 'decimal', value: 1e12 }],
  ['no number', { type: 'decimal', value: Number.NaN }],
  ['a string that is not ASCII', { type: 'string', value: '\u00e9' }],
  ['a line break', { type: 'string', value: 'a\nb' }],
  ['an empty token', { type: 'token', value: '' }],
  ['a token with a space', { type: 'token', value: 'a b' }],
  ['a lone surrogate', { type: 'display-string', value: '\ud800' }],
] as const satisfies readonly (readonly [string, BareItem])[]) {
  test(`${name} has no written form`, () => assert.throws(() => serializeBareItem(bare), RangeError))
}

test('decimals are rounded to three places, a tie to the even digit', () => {
  const written = (value: number): string => serializeBareItem({ type: 'decimal', value })
  assert.deepEqual([1, -1.5, 0.0005, 0.0015, 0.0625, 1.23456, -0.0004].map(written), [
    '1.0',
    '-1.5',
    '0.0',
    '0.002',
    '0.062',
    '1.235',
    '0.0',
  ])
})

const text = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)), maxLength: 12 })
const keys = fc.stringMatching(/^[a-z*][a-z0-9_.*-]{0,5}$/)
const bareItems: fc.Arbitrary<BareItem> = fc.oneof(
  fc.integer().map((value) => ({ type: 'integer', value }) as const),
  fc.integer({ min: -1e9, max: 1e9 }).map((value) => ({ type: 'decimal', value: value / 1000 }) as const),
  text.map((value) => ({ type: 'string', value }) as const),
  fc.stringMatching(/^[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]{0,8}$/).map((value) => ({ type: 'token', value }) as const),
  fc.uint8Array({ maxLength: 20 }).map((value) => ({ type: 'bytes', value }) as const),
  fc.boolean().map((value) => ({ type: 'boolean', value }) as const),
  fc.integer().map((value) => ({ type: 'date', value }) as const),
  fc.string({ unit: 'grapheme', maxLength: 8 }).map((value) => ({ type: 'display-string', value }) as const),
)
const parameters: fc.Arbitrary<Parameters> = fc.array(fc.tuple(keys, bareItems), { maxLength: 3 }).map((pairs) => new Map(pairs))
const items = fc.record({ bare: bareItems, parameters })
const innerLists = fc.record({ items: fc.array(items, { maxLength: 3 }), parameters })
const members = fc.oneof(items, innerLists)

test('whatever can be written is read as what it was, and written the same again', () => {
  fc.assert(
    fc.property(
      items,
      innerLists,
      fc.array(members, { maxLength: 4 }),
      fc.array(fc.tuple(keys, members), { maxLength: 4 }),
      (item, inner, list, pairs) => {
        const written = [serializeItem(item), serializeInnerList(inner), serializeList(list), serializeDictionary(new Map(pairs))] as const
        const [first, second, third, fourth] = written
        const again = [
          serializeItem(parseItem(first)),
          serializeInnerList(parseInnerList(second)),
          serializeList(parseList(third)),
          serializeDictionary(parseDictionary(fourth)),
        ]
        assert.deepEqual(again, written)
        assert.equal(parseItem(first).bare.type, item.bare.type)
      },
    ),
  )
})

test('whatever is read throws a SyntaxError or is written in a form that is read as the same', () => {
  const marks = fc.string({ unit: fc.constantFrom(...'()";=,:?@%*aA1-. \\/+\t'), maxLength: 12 })
  fc.assert(
    fc.property(marks, (some) => {
      for (const [parse, write] of [[parseList, serializeList] as const]) {
        try {
          const once = write(parse(some))
          assert.equal(write(parse(once)), once)
        } catch (error) {
          assert.ok(error instanceof SyntaxError, String(error))
        }
      }
    }),
    { numRuns: 2000 },
  )
})

test('base64 has one text for given bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      assert.equal(encodeBase64(bytes), Buffer.from(bytes).toString('base64'))
      assert.deepEqual([...decodeBase64(encodeBase64(bytes))], [...bytes])
    }),
  )
  for (const other of ['A', 'AA', 'AA=', 'AB==', 'AAB=', 'AA==AA==', 'AA-_', 'AAA A', '===='])
    assert.throws(() => decodeBase64(other), SyntaxError)
})
