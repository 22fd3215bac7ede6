import assert from 'node:assert/strict'
import { test } from 'node:test'
import { durationText, midnightBefore, msText, positionText } from './figure.ts'

test('milliseconds have a tenth where that matters', () => {
  assert.deepEqual([0, 0.94, 9.94, 10.4, 1234].map(msText), ['0.0', '0.9', '9.9', '10', '1\u202f234'])
})

test('positions are read by thousands, and stay exact where they hold an epoch', () => {
  assert.deepEqual([7, 48211, 1_099_511_627_777].map(positionText), ['7', '48\u202f211', '1\u202f099\u202f511\u202f627\u202f777'])
})

test('durations name minutes and seconds, each where there are some', () => {
  assert.deepEqual([330, 300, 45].map(durationText), ['5 min 30 s', '5 min', '45 s'])
})

test('midnight is that of the day, wherever the browser is', () => {
  const now = new Date(2026, 10, 22, 14, 3, 9).getTime()
  assert.equal(midnightBefore(now), new Date(2026, 10, 22).getTime())
  assert.equal(midnightBefore(midnightBefore(now)), midnightBefore(now))
})
