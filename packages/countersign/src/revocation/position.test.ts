import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { epochOf, nextEpoch, type Position, positionOf } from './position.ts'

const moment = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2100, 0, 1) })

test('[I19] a new epoch begins behind every position of the old one', () => {
  fc.assert(
    fc.property(fc.nat(5000), fc.nat(2 ** 31 - 1), fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) }), (epoch, sequence, at) => {
      const before = positionOf(epoch, sequence)
      const begin = nextEpoch(before, at)
      assert.ok(begin > before)
      assert.ok(Number.isSafeInteger(begin))
    }),
  )
})

test('[I19] two restores of one backup share no position, whatever the first has written meanwhile', () => {
  fc.assert(
    fc.property(moment, fc.integer({ min: 1, max: 10_000_000_000 }), fc.nat(1000), (at, laterMs, backup: Position) => {
      const first = nextEpoch(backup, at)
      // A thousand entries a millisecond, without a pause.
      const written = first + laterMs * 1000 - 1
      assert.ok(nextEpoch(backup, at + laterMs) > written || epochOf(first) < epochOf(nextEpoch(backup, at + laterMs)))
    }),
  )
})
