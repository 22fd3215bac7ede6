import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FingerprintTable, SLOTS_A_STEP } from './fingerprint-table.ts'
import { keyedFingerprint } from '../crypto/index.ts'
import { type CutoffWord, Generations, NO_CUTOFF } from './generations.ts'
import { HIGHEST } from './sorted-slots.ts'

const LOWEST = -(2 ** 31)

/** The same numbers each time, spread as a fingerprint's. */
function* spread(count: number): Generator<readonly [high: number, low: number]> {
  const fingerprint = keyedFingerprint({ bytes: (length) => new Uint8Array(length).fill(7) })
  const halves = new Int32Array(2)
  for (let id = 0; id < count; id++) {
    fingerprint(`id ${id}`, halves)
    yield [Math.min(halves[0] ?? 0, HIGHEST), halves[1] ?? 0]
  }
}

/** Generations of 100 ms, of which the first ends at 100. */
class Table extends FingerprintTable {
  readonly generations: Generations

  constructor(generations: Generations = new Generations(100)) {
    super(generations)
    this.generations = generations
  }

  word(position: number, expiresAt: number = 1): CutoffWord {
    return this.generations.wordOf({ position, at: expiresAt - 1, expiresAt }, (tag) => this.count(tag) === 0)
  }
}

test('[I12] nothing is lost while the table grows: each fingerprint is found after each step', () => {
  const table = new Table()
  const put: (readonly [number, number])[] = []
  for (const [high, low] of spread(3000)) {
    table.raise(high, low, table.word(put.length))
    put.push([high, low])
    if (table.slotsToMove === 0 && put.length % 97 !== 0) continue
    for (const [position, [otherHigh, otherLow]] of put.entries()) assert.equal(table.find(otherHigh, otherLow), table.word(position))
  }
  assert.equal(table.size, 3000)
  for (const [high, low] of put) assert.equal(table.find(high, low ^ LOWEST), NO_CUTOFF)
})

test('in any order and however often, the newest that lives is found, also of fingerprints side by side', () => {
  // Few high halves, at both ends and in the middle: long runs, which move up beyond the capacity.
  const high = fc.constantFrom(LOWEST, LOWEST + 1, 0, HIGHEST - 1, HIGHEST)
  const put = fc.record({
    high,
    low: fc.integer({ min: -20, max: 20 }),
    position: fc.nat(1000),
    expiresAt: fc.integer({ min: 1, max: 600 }),
  })
  const steps = fc.array(fc.oneof({ arbitrary: put, weight: 20 }, fc.record({ now: fc.nat(600) })), { maxLength: 400 })
  fc.assert(
    fc.property(steps, (calls) => {
      const table = new Table()
      const model: { readonly name: string; readonly position: number; readonly endsAt: number }[] = []
      let forgotten = 0
      for (const call of calls) {
        if ('now' in call) {
          forgotten = Math.max(forgotten, call.now)
          table.generations.forget(forgotten)
          table.tidy(call.now)
        } else if (call.expiresAt > forgotten) {
          table.raise(call.high, call.low, table.word(call.position, call.expiresAt))
          model.push({ name: `${call.high} ${call.low}`, position: call.position, endsAt: Math.ceil(call.expiresAt / 100) * 100 })
        }
      }
      const living = model.filter(({ endsAt }) => endsAt > forgotten)
      assert.equal(table.size, new Set(living.map(({ name, endsAt }) => `${name} ${endsAt}`)).size)
      for (const call of calls) {
        if ('now' in call) continue
        const positions = living.filter(({ name }) => name === `${call.high} ${call.low}`).map(({ position }) => position)
        const newest = table.generations.positionOf(table.find(call.high, call.low))
        assert.equal(newest, positions.length === 0 ? Number.NEGATIVE_INFINITY : Math.max(...positions))
      }
      assert.equal(table.find(0, 41), NO_CUTOFF)
      assert.equal(table.find(1, 1), NO_CUTOFF)
    }),
    { numRuns: 200 },
  )
})

test('[I12] a growth moves a bounded number of slots for each entry, and is over before the next one', () => {
  const table = new Table()
  let [most, growths] = [0, 0]
  for (const [high, low] of spread(200_000)) {
    const before = table.slotsToMove
    table.raise(high, low, table.word(1))
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

/** Puts so many in, and counts the slots that are moved on the way. */
function load(table: Table, count: number, expected: number | undefined): number {
  let moved = 0
  for (const [high, low] of spread(count)) {
    if (expected !== undefined && table.size > 0) table.expect(Math.max(1, expected / table.size))
    const before = table.slotsToMove
    table.raise(high, low, table.word(1))
    moved += Math.max(0, before - table.slotsToMove)
  }
  return moved
}

test('a table that knows how many will come moves few of them, finds all of them, and is as small in the end', () => {
  const [told, untold] = [new Table(), new Table()]
  const [few, many] = [load(told, 100_000, 100_000), load(untold, 100_000, undefined)]
  assert.ok(few * 3 < many, `${few} of ${many}`)
  assert.ok(told.bytes / told.size < 20, String(told.bytes))
  for (const [high, low] of spread(100_000)) assert.equal(told.find(high, low), told.word(1))
})

test('who expects too much wastes eight times the memory at most, and gets it back bit by bit when it expects nothing more', () => {
  const table = new Table()
  load(table, 50_000, 1e12)
  const [before, expected] = [table.bytes, 50_000 * 20]
  assert.ok(before > 2 * expected && before < 9 * expected, String(before))
  table.tidy(1000)
  assert.ok(table.bytes >= before - 2 ** 20, 'not while more are to come')
  table.expect(1)
  for (let steps = 0; steps < 1000; steps++) table.tidy(1000)
  assert.ok(table.bytes < 1.2 * expected, String(table.bytes))
  assert.equal(table.slotsToMove, 0)
  for (const [high, low] of spread(50_000)) assert.equal(table.find(high, low), table.word(1))
})

test('an entry takes less than 20 bytes at any size above 100 000, in the midst of a growth as well', () => {
  const table = new Table()
  let most = 0
  for (const [high, low] of spread(300_000)) {
    table.raise(high, low, table.word(1))
    if (table.size >= 100_000 && table.size % 500 === 0) most = Math.max(most, table.bytes / table.size)
  }
  assert.ok(most > 12 && most < 20, String(most))
})

test('entries that come as others end take their places: a table of one size stays of one size', () => {
  const table = new Table()
  const [sizes, bytes]: [number[], number[]] = [[], []]
  let number = 0
  for (const [high, low] of spread(60_000)) {
    // 10 000 of each generation, of which two live.
    const generation = Math.floor(number++ / 10_000)
    table.generations.forget(generation * 100)
    table.raise(high, low, table.word(1, generation * 100 + 150))
    if (number % 10_000 !== 0 || generation === 0) continue
    sizes.push(table.size)
    bytes.push(table.bytes)
  }
  assert.deepEqual([...new Set(sizes)], [20_000])
  assert.ok(Math.max(...bytes) <= 2 * Math.min(...bytes), String(bytes))
})

test('what has ended gives its memory back bit by bit, without another entry', () => {
  const table = new Table()
  for (const [high, low] of spread(50_000)) table.raise(high, low, table.word(1, low & 63 ? 100 : 200))
  const [living, before] = [[...spread(50_000)].filter(([, low]) => (low & 63) === 0), table.bytes]
  table.generations.forget(100)
  assert.equal(table.size, living.length)
  for (let steps = 0; table.taken > table.size || table.slotsToMove > 0; steps++) {
    assert.ok(steps < 200)
    const left = table.slotsToMove
    table.tidy(1000)
    if (left > 0) assert.ok(left - table.slotsToMove <= 1000 + 4)
  }
  assert.ok(table.bytes < before / 8, `${table.bytes} of ${before}`)
  for (const [high, low] of living) assert.equal(table.find(high, low), table.word(1, 200))
})
