import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rootOf } from './base.ts'

const table: readonly (readonly [string, string])[] = [
  ['https://auth.example.com/console/', ''],
  ['https://auth.example.com/console', ''],
  ['https://example.com/auth/console/', '/auth'],
  ['https://example.com/console/console/', '/console'],
  ['https://example.com/a/b/console/', '/a/b'],
  ['http://localhost:5173/console/users/usr_1', ''],
  ['http://localhost:5173/', ''],
]

for (const [base, root] of table) {
  test(`the server of ${base} stands below "${root}"`, () => assert.equal(rootOf(base), root))
}
