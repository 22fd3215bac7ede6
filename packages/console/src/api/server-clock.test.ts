import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byServer, hearDate } from './server-clock.ts'

const noon = Date.UTC(2026, 2, 14, 12)
const date = (epoch: number): string => new Date(epoch).toUTCString()

test('a browser whose clock is wrong counts ages by the clock of the server; a second of it is no difference', () => {
  hearDate(date(noon), noon + 700)
  assert.equal(byServer(noon), noon)
  hearDate(date(noon), noon - 180_000)
  assert.ok(Math.abs(byServer(noon - 180_000) - noon) <= 1000)
  // As long as it stays so, times do not jump by the second that the header leaves open.
  const before = byServer(0)
  hearDate(date(noon + 1000), noon - 179_000 + 900)
  assert.equal(byServer(0), before)
  for (const nonsense of [null, '', 'yesterday']) hearDate(nonsense, noon)
  assert.equal(byServer(0), before)
  hearDate(date(noon), noon + 300)
  assert.equal(byServer(0), 0)
})
