import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FingerprintTable, SLOTS_A_STEP } from './fingerprint-table.ts'
import { keyedFingerprint } from './fingerprint.ts'
import { ABSENT } from './sorted-slots.ts'

const [LOWEST, HIGHEST] = [-(2 ** 31), 2 ** 31 - 1]

/** The same numbers each time, spread as a fingerprint's. */
function* spread(count: number): Generator<readonly [high: number, low: number]> {
  const fingerprint = keyedFingerprint({ bytes: (length) => new Uint8Array(length).fill(7) })
  const halves = new Int32Array(2)
  for (let id = 0; id < count; id++) {
    fingerprint(`id ${id}`, halves)
    yield [halves[0] ?? 0, halves[1] || 1]
  }
}

test('[I12] nothing is lost while the table grows: each fingerprint is found after each step', () => {
  const table = new FingerprintTable()
  const put: (readonly [number, number])[] = []
  for (const [high, low] of spread(3000)) {
    table.raise(high, low, put.length)
    put.push([high, low])
    if (table.slotsToMove === 0 && put.length % 97 !== 0) continue
    for (const [value, [otherHigh, otherLow]] of put.entries()) assert.equal(table.find(otherHigh, otherLow), value)
  }
  assert.equal(table.size, 3000)
  for (const [high, low] of put) assert.equal(table.find(high, low ^ LOWEST), ABSENT)
})

test('in any order and however often, the highest value stays, also of fingerprints side by side', () => {
  // Few high halves, at both ends and in the middle: long runs, which move up beyond the capacity.
  const high = fc.constantFrom(LOWEST, LOWEST + 1, 0, HIGHEST - 1, HIGHEST)
  const steps = fc.array(fc.tuple(high, fc.integer({ min: 1, max: 40 }), fc.nat(1000)), { maxLength: 400 })
  fc.assert(
    fc.property(steps, (calls) => {
      const table = new FingerprintTable()
      const model = new Map<string, number>()
      for (const [high, low, value] of calls) {
        table.raise(high, low, value)
        model.set(`${high} ${low}`, Math.max(value, model.get(`${high} ${low}`) ?? 0))
      }
      assert.equal(table.size, model.size)
      for (const [high, low] of calls) assert.equal(table.find(high, low), model.get(`${high} ${low}`))
      assert.equal(table.find(0, 41), ABSENT)
      assert.equal(table.find(1, 1), ABSENT)
    }),
    { numRuns: 200 },
  )
})

test('[I12] a growth moves a bounded number of slots for each entry, and is over before the next one', () => {
  const table = new FingerprintTable()
  let [most, growths] = [0, 0]
  for (const [high, low] of spread(200_000)) {
    const before = table.slotsToMove
    table.raise(high, low, 1)
    const after = table.slotsToMove
    if (after > before) {
      assert.equal(before, 0, 'a growth began before the last one was over')
      growths++
    } else most = Math.max(most, before - after)
  }
  assert.ok(growths > 10)
  // Those that share a high half go together, and the run at the end may grow while it is moved.
  assert.ok(most > 0 && most <= SLOTS_A_STEP + 4, String(most))
})

test('an entry takes less than 20 bytes at any size above 100 000, in the midst of a growth as well', () => {
  const table = new FingerprintTable()
  let most = 0
  for (const [high, low] of spread(300_000)) {
    table.raise(high, low, 1)
    if (table.size >= 100_000 && table.size % 500 === 0) most = Math.max(most, table.bytes / table.size)
  }
  assert.ok(most > 12 && most < 20, String(most))
})

test('a table that was made for its entries does not grow on the way', () => {
  const table = new FingerprintTable(50_000)
  for (const [high, low] of spread(50_000)) {
    table.raise(high, low, 1)
    assert.equal(table.slotsToMove, 0)
  }
})
