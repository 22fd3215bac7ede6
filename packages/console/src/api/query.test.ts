import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isWorthRetrying, pauseOf } from './query.ts'
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

test('what lives is loaded again, and what the server did not answer too: later, and no earlier than it says', () => {
  const asked = (status: number, retryAfterSeconds?: number): Problem => new Problem({ status, code: 'x', title: 'x', retryAfterSeconds })
  assert.deepEqual([pauseOf(1000, null), pauseOf(undefined, null)], [1000, false])
  for (const status of [0, 502, 503, 504, 429])
    assert.deepEqual([pauseOf(1000, asked(status)), pauseOf(undefined, asked(status))], [5000, 5000])
  assert.equal(pauseOf(1000, asked(429, 60)), 60_000)
  assert.deepEqual([pauseOf(1000, asked(403)), pauseOf(undefined, asked(403)), pauseOf(undefined, asked(404))], [5000, false, false])
})
