import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isWorthRetrying } from './query.ts'
import { Problem } from './request.ts'

const problem = (status: number): Problem => new Problem({ status, code: 'x', title: 'x' })

test('only what ends by itself is asked for again, and not for ever', () => {
  for (const status of [0, 502, 503, 504]) {
    assert.equal(isWorthRetrying(0, problem(status)), true)
    assert.equal(isWorthRetrying(2, problem(status)), false)
  }
  for (const status of [400, 401, 403, 404, 409, 429, 500]) assert.equal(isWorthRetrying(0, problem(status)), false)
  assert.equal(isWorthRetrying(0, new TypeError('x')), false)
})
