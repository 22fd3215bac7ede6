import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SendingTime } from './sending-time.ts'

/** Of a verifier whose clock is so far behind ours. */
const APART_MS = 5_000_000

test('of one report nothing is known but that it was sent before it came', () => {
  assert.equal(new SendingTime().latest(0, 700), 700)
})

test('a report that took long was not sent later than the quickest of the last minute says, and drift is allowed for', () => {
  const sending = new SendingTime()
  const send = (atMs: number, wayMs: number): number => sending.latest(atMs - APART_MS, atMs + wayMs) - atMs
  assert.equal(send(0, 30), 30)
  assert.equal(send(10_000, 2), 2)
  // Ten seconds later, a millisecond more.
  assert.ok(Math.abs(send(20_000, 40) - 3.004) < 0.001)
  assert.equal(send(20_500, 0.5), 0.5)
  assert.ok(Math.abs(send(80_400, 90) - 6.5) < 0.1)
  // After the minute it says nothing any more.
  assert.ok(send(80_600, 50) > 10)
})

test('never is it said to have been sent before it was, while the clocks drift by no more than is allowed', () => {
  for (const drift of [-0.0001, -0.00003, 0, 0.00009]) {
    const sending = new SendingTime()
    for (let n = 0; n < 200; n++) {
      const atMs = n * 7919
      const wayMs = ((n * 7907) % 97) / 10
      const latest = sending.latest((atMs - APART_MS) * (1 + drift), atMs + wayMs)
      assert.ok(latest >= atMs - 0.001 && latest <= atMs + wayMs + 0.001, `${drift} ${n}: ${latest - atMs} of ${wayMs}`)
    }
  }
})
