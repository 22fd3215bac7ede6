import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shorten } from './shorten.ts'

const table: readonly (readonly [string, string])[] = [
  ['ses_7QdX5rOkRtn0nTAr9cpdk2', 'ses_7Qd…k2'],
  ['usr_1fAX5rOkRtn0nTAr9cpd9c', 'usr_1fA…9c'],
  ['9vXX5rOkRtn0nTAr9cpdLm', '9vX…Lm'],
  ['CSKQH7SMRVYFLNGBZ3KXE', 'CSKQH7…XE'],
  ['billing', 'billing'],
  ['', ''],
  ['usr_123456789', 'usr_123456789'],
  ['usr_1234567890', 'usr_123…90'],
  ['https://example.com/long', 'htt…ng'],
]

for (const [whole, short] of table) {
  test(`"${whole}" is shown as "${short}"`, () => assert.equal(shorten(whole), short))
}
