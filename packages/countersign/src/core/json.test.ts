import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseJson, parseJsonBytes, parseJsonObject } from './json.ts'
import { countQuotes } from './quote-count.ts'

const refused: readonly (readonly [name: string, text: string])[] = [
  ['a member twice', '{"a":1,"a":2}'],
  ['a member twice with the same value', '{"a":1,"a":1}'],
  ['a member twice, the first time a text', '{"a":"x","a":2}'],
  ['a member twice, once escaped', '{"iss":1,"\\u0069ss":2}'],
  ['a member twice, deep inside', '{"x":[{"y":{"a":1,"a":{}}}]}'],
  ['a member twice, once with a deep value', '{"a":{"b":["c"]},"a":1}'],
  ['a member twice with an escaped quote', '{"a\\"":1,"a\\"":2}'],
  ['an empty name twice', '{"":1,"":2}'],
  ['a __proto__ member', '{"__proto__":{"admin":true}}'],
  ['an escaped __proto__ member', '{"\\u005f_proto__":1}'],
  ['NUL in a text', '{"a":"x\\u0000y"}'],
  ['NUL in a name', '{"a\\u0000":1}'],
  ['a lone high surrogate', '{"a":"\\ud800"}'],
  ['a lone low surrogate in a name', '{"\\udc00":1}'],
  ['a lone surrogate in the open', '{"a":"\ud800"}'],
  ['a number beyond a double', '{"a":1e400}'],
  ['a negative number beyond a double', '[-1e400]'],
  ['17 levels', `${'['.repeat(17)}${']'.repeat(17)}`],
  ['a hundred thousand levels', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ['a trailing comma', '{"a":1,}'],
  ['a comment', '{"a":1}//'],
  ['two values', '{}{}'],
  ['nothing', ''],
  ['a byte order mark', '\ufeff{}'],
  ['a raw NUL', '{"a":"\0"}'],
  ['single quotes', "{'a':1}"],
  ['a lone backslash', '{"a":"\\"}'],
  ['NaN', '[NaN]'],
]
for (const [name, text] of refused) {
  test(`JSON with ${name} is refused, and the message does not hold it`, () => {
    assert.throws(
      () => parseJson(text),
      (error) => error instanceof SyntaxError && (text === '' || !error.message.includes(text)),
    )
  })
}

const accepted: readonly (readonly [name: string, text: string])[] = [
  ['equal names in different objects', '{"a":{"a":1},"b":[{"a":1},{"a":1}]}'],
  ['quotes and backslashes inside texts', '{"a":"\\"","b":"\\\\","c":"\\\\\\"","d":"\\u0022"}'],
  ['colons, braces and names inside texts', '{"a":"{\\"a\\":1}","b":":,[]"}'],
  ['white space anywhere', ' {\n"a" : [ 1 , true , null ] }\t'],
  ['names of Object.prototype', '{"constructor":1,"toString":2,"hasOwnProperty":3}'],
  ['names that are indexes', '{"1":1,"0":2}'],
  ['a surrogate pair, escaped and in the open', '{"a":"\\ud83d\\ude00","b":"\u{1f600}"}'],
  ['16 levels', `${'['.repeat(16)}${']'.repeat(16)}`],
  ['a text alone', '"x"'],
]
for (const [name, text] of accepted) {
  test(`JSON with ${name} is read as JSON.parse reads it`, () => assert.deepEqual(parseJson(text), JSON.parse(text)))
}

test('whatever JSON.stringify writes is read unchanged', () => {
  const value = fc.jsonValue({ maxDepth: 6 }).filter((candidate) => !/__proto__|\\u0000|\\ud[89a-f]/.test(JSON.stringify(candidate)))
  fc.assert(
    fc.property(value, (candidate) =>
      assert.deepEqual(parseJson(JSON.stringify(candidate, null, 1)), JSON.parse(JSON.stringify(candidate))),
    ),
  )
})

test('a member that is repeated anywhere is found, however it is written', () => {
  const names = fc.uniqueArray(fc.constantFrom('a', 'b"', 'c\\', 'd:', 'é', '😀', ''), { minLength: 1 })
  const value = fc.constantFrom('1', '"x"', '"\\""', '{}', '[":"]', 'null', '{"a":"b"}')
  fc.assert(
    fc.property(names, fc.array(value, { minLength: 8, maxLength: 8 }), fc.nat(), fc.boolean(), (unique, values, pick, escape) => {
      const twice = unique[pick % unique.length] as string
      const written = escape ? `"${[...twice].map(escaped).join('')}"` : JSON.stringify(twice)
      const members = unique.map((name, index) => `${JSON.stringify(name)}:${values[index]}`)
      assert.doesNotThrow(() => parseJson(`{"in":{${members.join()}}}`))
      assert.throws(() => parseJson(`{"in":{${[...members, `${written}:${values[7]}`].join()}}}`), /duplicate/)
    }),
  )
})

const escaped = (character: string): string =>
  Array.from({ length: character.length }, (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`).join('')

test('quotes are counted whatever stands around them and however long the text is', () => {
  const text = fc
    .array(fc.constantFrom('"', 'a', '\u0122', '\u2222', '\u{22222}', '!', '#'), { maxLength: 4000 })
    .map((parts) => parts.join(''))
  fc.assert(fc.property(text, (candidate) => assert.equal(countQuotes(candidate), candidate.split('"').length - 1)))
  for (const length of [0, 1, 3, 4, 1019, 1020, 1021, 2730, 2731, 9000]) assert.equal(countQuotes('"'.repeat(length)), length)
})

test('a text where an object is wanted is refused unless it is one', () => {
  for (const text of ['[]', '"a"', '1', 'null', 'true']) assert.throws(() => parseJsonObject(text), SyntaxError)
  assert.deepEqual(parseJsonObject('{"a":1}'), { a: 1 })
})

test('a caller can narrow the nesting', () => {
  assert.throws(() => parseJson('[[[]]]', { maxDepth: 2 }), /deep/)
  assert.deepEqual(parseJson('[[]]', { maxDepth: 2 }), [[]])
})

test('bytes must be UTF-8 without a byte order mark', () => {
  assert.deepEqual(parseJsonBytes(Buffer.from('{"a":"é"}')), { a: 'é' })
  assert.throws(() => parseJsonBytes(Buffer.from('{"a":"é"}', 'latin1')), SyntaxError)
  assert.throws(() => parseJsonBytes(Buffer.from('\ufeff{}')), SyntaxError)
  assert.throws(() => parseJsonBytes(Buffer.from('{"a":1}', 'utf16le')), SyntaxError)
})
