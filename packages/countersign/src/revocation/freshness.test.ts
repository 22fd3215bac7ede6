import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ManualClock } from '../core/index.ts'
import { Freshness, type FreshnessState } from './freshness.ts'

const START = 1_000_000

function open(): { clock: ManualClock; freshness: Freshness; heard: FreshnessState[] } {
  const clock = new ManualClock(START)
  const options = { clock, now: () => clock.now(), clockSkewMs: 5000, freshMs: 5000, graceMs: 60_000 }
  const freshness = new Freshness(options, 'never synchronised')
  const heard: FreshnessState[] = []
  freshness.onChange(({ state }) => heard.push(state))
  return { clock, freshness, heard }
}

test('[I06] before anything was confirmed it is stale, of unknown age, and says why', () => {
  const { freshness } = open()
  assert.deepEqual(freshness.report(), { state: 'stale', ageMs: Number.POSITIVE_INFINITY, reason: 'never synchronised' })
})

test('the states change at their boundaries by time alone, and each change is heard once', () => {
  const { clock, freshness, heard } = open()
  freshness.confirm(START)
  const states: FreshnessState[] = []
  for (const step of [0, 5000, 1, 54_999, 1, 1_000_000]) {
    clock.advance(step)
    states.push(freshness.report().state)
  }
  assert.deepEqual(states, ['fresh', 'fresh', 'grace', 'grace', 'stale', 'stale'])
  assert.deepEqual(heard, ['fresh', 'grace', 'stale'])
})

test('heartbeats keep it fresh without a word', () => {
  const { clock, freshness, heard } = open()
  for (let second = 0; second < 20; second++) {
    freshness.confirm(clock.now())
    clock.advance(1000)
  }
  assert.deepEqual(heard, ['fresh'])
})

test('[I06] a delayed stream does not look fresh: the signed time counts, less the skew', () => {
  const { freshness } = open()
  freshness.confirm(START - 20_000)
  assert.deepEqual({ ...freshness.report() }, { state: 'grace', ageMs: 15_000, reason: 'no heartbeat has been confirmed lately' })
})

test('an older or repeated statement refreshes nothing', () => {
  const { clock, freshness } = open()
  freshness.confirm(START)
  clock.advance(4000)
  freshness.confirm(START)
  freshness.confirm(START - 1)
  assert.equal(freshness.report().ageMs, 4000)
})

test('[I16] a step of the wall clock backwards makes it neither younger than the monotonic clock says nor of negative age', () => {
  const { clock, freshness } = open()
  freshness.confirm(START)
  clock.advance(3000)
  clock.stepWall(-300_000)
  assert.equal(freshness.report().ageMs, 3000)
  freshness.confirm(START + 3000)
  assert.equal(freshness.report().ageMs, 0)
})

test('what is lost is stale at once, and an older confirmation may count again afterwards', () => {
  const { freshness, heard } = open()
  freshness.confirm(START)
  freshness.lose('another history')
  assert.deepEqual(freshness.report(), { state: 'stale', ageMs: Number.POSITIVE_INFINITY, reason: 'another history' })
  freshness.confirm(START - 1)
  assert.deepEqual(heard, ['fresh', 'stale', 'fresh'])
})

type Step = readonly ['advance' | 'step' | 'confirm' | 'lose', number]
const step: fc.Arbitrary<Step> = fc.tuple(fc.constantFrom('advance', 'step', 'confirm', 'lose'), fc.integer({ min: -8000, max: 8000 }))

test('[I06] the quick answer never says fresh where the whole report does not, however the clocks move', () => {
  let quickly = 0
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const clock = new ManualClock(START)
      const freshness = new Freshness({ clock, now: () => clock.now(), clockSkewMs: 1000, freshMs: 5000, graceMs: 20_000 }, 'new')
      for (const [kind, amount] of steps) {
        if (kind === 'advance') clock.advance(Math.abs(amount))
        if (kind === 'step') clock.stepWall(amount)
        if (kind === 'confirm') freshness.confirm(clock.now() - Math.abs(amount) / 4)
        if (kind === 'lose' && amount > 6000) freshness.lose('lost')
        if (!freshness.isFreshAt(clock.now())) continue
        quickly++
        assert.equal(freshness.report().state, 'fresh')
      }
    }),
    { numRuns: 500 },
  )
  assert.ok(quickly > 500, 'it hardly ever said fresh')
})
