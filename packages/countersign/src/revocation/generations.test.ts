import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Generations, type Lifetime, NO_CUTOFF, sameGeneration } from './generations.ts'
import { positionOf } from './position.ts'

const anyPosition = fc
  .tuple(
    fc.integer({ min: 0, max: 8191 }),
    fc.oneof(
      fc.nat(2 ** 25),
      fc.maxSafeNat().map((number) => number % 2 ** 40),
    ),
  )
  .map(([epoch, sequence]) => positionOf(epoch, sequence))
const free = (): boolean => true
const entry = (position: number, at: number, expiresAt: number): Lifetime => ({ position, at, expiresAt })

test('every position is exact in its word, to the end of the last epoch', () => {
  fc.assert(
    fc.property(fc.array(anyPosition, { maxLength: 100 }), (positions) => {
      const generations = new Generations()
      const words = positions.map((position) => generations.wordOf(entry(position, 0, 1000), free))
      assert.deepEqual(
        words.map((word) => generations.positionOf(word)),
        positions,
      )
    }),
  )
})

test('of one generation the newer cut-off is the higher word', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 24 - 1), fc.nat(2 ** 24 - 1), fc.nat(200), (one, other, before) => {
      const generations = new Generations(10)
      for (let expiresAt = 1; expiresAt <= before; expiresAt++) generations.wordOf(entry(0, expiresAt * 10, expiresAt * 10), free)
      const [a, b] = [generations.wordOf(entry(one, 9999, 9999), free), generations.wordOf(entry(other, 9999, 9999), free)]
      assert.ok(sameGeneration(a, b))
      assert.equal(a < b, one < other)
    }),
  )
})

test('[I12] what is over is below every position, and nothing says where it was', () => {
  const generations = new Generations(100)
  const [early, late] = [generations.wordOf(entry(7, 0, 100), free), generations.wordOf(entry(8, 0, 150), free)]
  assert.equal(generations.forget(99), false)
  assert.equal(generations.forget(100), true)
  assert.deepEqual(
    [early, late, NO_CUTOFF].map((word) => generations.positionOf(word)),
    [-Infinity, 8, -Infinity],
  )
  assert.deepEqual(
    [early, late].map((word) => generations.isOver(word)),
    [true, false],
  )
})

test('a tag is given again when its generation is over and nobody holds it, and never else', () => {
  const generations = new Generations(100)
  let held = true
  const isFree = (): boolean => !held
  const first = generations.wordOf(entry(1, 0, 100), isFree)
  assert.equal(first, NO_CUTOFF)
  held = false
  const words = Array.from({ length: 256 }, (_, number) => generations.wordOf(entry(1, number * 100, (number + 1) * 100), isFree))
  assert.equal(new Set(words).size, 256)
  assert.equal(words.at(-1), NO_CUTOFF)
  generations.forget(100)
  held = true
  assert.equal(generations.wordOf(entry(1, 25_500, 25_600), isFree), NO_CUTOFF)
  held = false
  assert.equal(generations.wordOf(entry(1, 25_500, 25_600), isFree), words[0])
})
