import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Propagation } from '../api/revocation.ts'
import { seriesOf, slowestMinute } from './series.ts'

const START = 1_800_000_000_000
const figures = (ms: number) => ({ median_ms: ms, p99_ms: ms * 2, slowest_ms: ms * 3, samples: 4, entries: 2 })
const propagation: Propagation = {
  ...figures(2),
  since: START,
  minutes: [
    { at: START + 60_000, ...figures(1) },
    { at: START + 180_000, ...figures(4) },
  ],
}

test('minutes without a revocation are gaps, not a line', () => {
  assert.deepEqual(seriesOf(propagation, START + 185_000), {
    at: [0, 60, 120, 180].map((seconds) => START / 1000 + seconds),
    median: [null, 1, null, 4],
    p99: [null, 2, null, 8],
  })
})

test('the slowest is named with its minute; of none there is none', () => {
  assert.deepEqual(slowestMinute(propagation), { at: START + 180_000, ms: 12 })
  assert.equal(slowestMinute({ ...propagation, minutes: [] }), undefined)
})
