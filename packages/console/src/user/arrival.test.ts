import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arrival, arrivedWithoutMail } from './arrival.ts'

test('only whoever comes from an account that could not be written to is told so', () => {
  assert.equal(arrivedWithoutMail(arrival(false)), true)
  for (const state of [arrival(true), null, undefined, 'isMailed', {}, { isMailed: 0 }]) assert.equal(arrivedWithoutMail(state), false)
})
