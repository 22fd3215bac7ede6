import assert from 'node:assert/strict'
import { test } from 'node:test'
import { csvLine } from './csv.ts'

for (const [cell, line] of [
  ['orders', 'orders'],
  ['a,b', '"a,b"'],
  ['say "so"', '"say ""so"""'],
  ['two\nlines', '"two\nlines"'],
  ['', ''],
  [null, ''],
  [7, '7'],
  ['=HYPERLINK("https://x")', '"\'=HYPERLINK(""https://x"")"'],
  ['+1', '"\'+1"'],
  ['-1', '"\'-1"'],
  ['@SUM(1)', '"\'@SUM(1)"'],
  ['\t=1', '"\'\t=1"'],
  ['\r=1', '"\'\r=1"'],
  ['＝1', '"\'＝1"'],
  ["'quoted'", "\"''quoted'\""],
] as const) {
  test(`a cell ${JSON.stringify(cell)} is written ${JSON.stringify(line)}`, () => assert.equal(csvLine([cell]), line))
}

test('cells stand between commas', () => assert.equal(csvLine(['a', null, 1]), 'a,,1'))
