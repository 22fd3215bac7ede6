import assert from 'node:assert/strict'
import { test } from 'node:test'
import { takesFocus } from './page-title.ts'

test('a heading takes the focus after a way from another page: once, and again when it is drawn anew; not when the page was loaded', () => {
  assert.equal(takesFocus('/console', true), false)
  assert.equal(takesFocus('/console', true), false)
  assert.equal(takesFocus('/console/users', false), true)
  assert.equal(takesFocus('/console/users', false), false)
  assert.equal(takesFocus('/console/users', true), true)
  assert.equal(takesFocus('/console', false), true)
})
