import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ForwardClock } from './forward-clock.ts'
import { ManualClock } from './manual-clock.ts'

test('[I16] a wall clock that steps back by five minutes neither turns time back nor stops it', () => {
  const machine = new ManualClock(1_000_000)
  const clock = new ForwardClock(machine)
  machine.advance(1000)
  assert.equal(clock.now(), 1_001_000)
  machine.stepWall(-300_000)
  assert.equal(clock.now(), 1_001_000)
  machine.advance(2500)
  assert.equal(clock.now(), 1_003_500)
})

test('it follows the wall clock forwards', () => {
  const machine = new ManualClock(1_000_000)
  const clock = new ForwardClock(machine)
  machine.stepWall(300_000)
  assert.equal(clock.now(), 1_300_000)
})

test('[I16] it never goes back, whatever the machine does', () => {
  const step = fc.record({ advance: fc.nat(5000), wall: fc.integer({ min: -400_000, max: 400_000 }) })
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const machine = new ManualClock(10_000_000)
      const clock = new ForwardClock(machine)
      let before = clock.now()
      for (const { advance, wall } of steps) {
        machine.advance(advance)
        machine.stepWall(wall)
        const now = clock.now()
        assert.ok(now >= before)
        before = now
      }
    }),
  )
})
