import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkClock } from './server.ts'

const NOON = Date.UTC(2026, 10, 22, 12)
const noon = new Date(NOON).toUTCString()

for (const [what, askedAt, answeredAt, state] of [
  ['an answer at once', NOON + 100, NOON + 200, 'ok'],
  ['an answer that took half a minute', NOON - 15_000, NOON + 15_000, 'ok'],
  ['a clock that is five seconds behind', NOON - 4_900, NOON - 4_800, 'ok'],
  ['a clock that is seven seconds behind', NOON - 7_000, NOON - 6_900, 'failed'],
  ['a clock that is seven seconds ahead', NOON + 7_000, NOON + 7_100, 'failed'],
  ['a clock that is far behind, however long the answer took', NOON - 60_000, NOON - 20_000, 'failed'],
] as const) {
  test(`${what} is ${state}`, () => assert.equal(checkClock(noon, askedAt, answeredAt).state, state))
}

test('a server that tells no time, or none that can be read, is warned of', () => {
  for (const date of [null, 'soon']) assert.equal(checkClock(date, NOON, NOON).state, 'warning')
})
