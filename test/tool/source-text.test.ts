import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSource } from '../../tool/source-text.ts'

const blanked: readonly [what: string, text: string, code: string][] = [
  ['a comment to the end of the line', 'a // Date.now()\nb', 'a              \nb'],
  ['a comment inside a line', 'a /* b */ c', 'a         c'],
  ['a string', "a('x')", 'a(   )'],
  ['the fixed part of a template, not what it computes', '`x ${a(b)} y`', '`  ${a(b)}  `'],
  ['a template inside a template', '`${`x${a}`}`', '`${` ${a}`}`'],
  ['a regular expression with a quote', "a(/'/) + b", 'a(   ) + b'],
]

for (const [what, text, code] of blanked) {
  test(`searching code passes over ${what}`, () => assert.equal(readSource(text).code, code))
}

test('a division is not taken for a regular expression', () => {
  assert.equal(readSource("a / b / 'c'").code, 'a / b /    ')
})
