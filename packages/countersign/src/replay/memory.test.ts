import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { AuthError, ManualClock } from '../core/index.ts'
import { MemoryReplayStore } from './memory.ts'

const START = 1_000_000_000

function open(maxEntries = 1000): { clock: ManualClock; store: MemoryReplayStore } {
  const clock = new ManualClock(START)
  return { clock, store: new MemoryReplayStore({ clock, maxEntries }) }
}

test('[I01] of 50 concurrent claims of one item exactly one wins', async () => {
  const { store } = open()
  const claims = await Promise.all(Array.from({ length: 50 }, () => store.claim('nonce', 'n', START + 60_000)))
  assert.equal(claims.filter(Boolean).length, 1)
})

test('scope and id are told apart, however they are cut', async () => {
  const { store } = open()
  const pairs = [
    ['a', 'bc'],
    ['ab', 'c'],
    ['', 'abc'],
    ['a', `b${'c'.repeat(100)}`],
    ['ab', 'c'.repeat(100)],
  ] as const
  for (const [scope, id] of pairs) assert.equal(await store.claim(scope, id, START + 1000), true)
  for (const [scope, id] of pairs) assert.equal(await store.claim(scope, id, START + 1000), false)
})

test('[I12] a full store refuses new work and forgets nothing, and takes work again when claims have expired', async () => {
  const { clock, store } = open(3)
  for (const id of ['a', 'b', 'c']) await store.claim('nonce', id, START + 60_000)
  await assert.rejects(store.claim('nonce', 'd', START + 60_000), (error) => error instanceof AuthError && error.code === 'overloaded')
  assert.equal(await store.claim('nonce', 'a', START + 60_000), false)
  // A quarter of their life longer, at most.
  clock.advance(75_000)
  assert.equal(await store.claim('nonce', 'd', START + 135_000), true)
  assert.equal(store.size, 1)
  clock.advance(75_000)
  await store.claim('nonce', 'e', START + 210_000)
  assert.ok(store.size <= 2)
})

test('[I12] a claim for a day does not keep those for a minute', async () => {
  const { clock, store } = open()
  await store.claim('link', 'day', START + 86_400_000)
  for (let minute = 0; minute < 60; minute++) {
    await store.claim('nonce', `n${minute}`, clock.now() + 60_000)
    clock.advance(61_000)
  }
  assert.ok(store.size <= 4, String(store.size))
  assert.equal(await store.claim('link', 'day', START + 86_400_000), false)
})

test('[I12] [I16] no claim is won twice before it expires, however the claims mix and the wall clock steps', async () => {
  const step = fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd'),
    lifeMs: fc.integer({ min: 1, max: 200_000 }),
    waitMs: fc.nat(30_000),
    wallMs: fc.constantFrom(0, 0, 0, 300_000, -300_000),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { clock, store } = open()
      const endsMs = new Map<string, number>()
      for (const { id, lifeMs, waitMs, wallMs } of steps) {
        clock.advance(waitMs)
        clock.stepWall(wallMs)
        const won = await store.claim('nonce', id, clock.now() + lifeMs)
        if (won) assert.ok(clock.monotonicMs() >= (endsMs.get(id) ?? 0))
        if (won) endsMs.set(id, clock.monotonicMs() + lifeMs)
      }
    }),
  )
})

test('[I12] a claim of centuries is kept for decades', async () => {
  const { clock, store } = open()
  assert.equal(await store.claim('leaf', 'l', START + 200 * 31_557_600_000), true)
  for (let year = 0; year < 60; year++) {
    clock.advance(31_557_600_000)
    assert.equal(await store.claim('leaf', 'l', START + 200 * 31_557_600_000), false)
    await store.claim('leaf', `other ${year}`, START + 200 * 31_557_600_000)
  }
})

test('a time that is none is refused', async () => {
  await assert.rejects(open().store.claim('nonce', 'n', Number.NaN), RangeError)
})
