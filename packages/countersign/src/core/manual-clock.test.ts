import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from './manual-clock.ts'

test('timers run in the order in which they are due, each at its own moment', () => {
  const clock = new ManualClock(1000)
  const ran: [string, number][] = []
  clock.after(20, () => ran.push(['late', clock.now()]))
  clock.after(10, () => {
    ran.push(['early', clock.now()])
    clock.after(5, () => ran.push(['nested', clock.now()]))
  })
  const cancel = clock.after(12, () => ran.push(['cancelled', clock.now()]))
  cancel()
  clock.advance(20)
  assert.deepEqual(ran, [
    ['early', 1010],
    ['nested', 1015],
    ['late', 1020],
  ])
})

test('[I16] stepping the wall leaves durations alone', () => {
  const clock = new ManualClock(1000)
  clock.stepWall(-500)
  assert.equal(clock.now(), 500)
  assert.equal(clock.monotonicMs(), 0)
})
