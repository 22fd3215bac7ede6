import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GenerationCutoffIndex } from './cutoff-index.ts'
import type { LogEntry } from './entry.ts'
import { ORIGIN, positionOf } from './position.ts'
import { targetKinds } from './target.ts'

const cutoff = (change: Partial<LogEntry> = {}): LogEntry => ({
  kind: 'cutoff',
  target: { kind: 'user', id: 'u' },
  mode: 'hard',
  position: 1,
  at: 0,
  expiresAt: 1000,
  hash: '',
  ...change,
})

test('the newest position of a target is answered, other targets have none', () => {
  const index = new GenerationCutoffIndex()
  index.apply(cutoff({ position: 7 }))
  index.apply(cutoff({ position: 3 }))
  assert.equal(index.newest('user', 'u'), 7)
  assert.equal(index.newest('user', 'v'), ORIGIN)
  assert.equal(index.newest('session', 'u'), ORIGIN)
})

test('keyset and credential entries cut nothing off', () => {
  const index = new GenerationCutoffIndex()
  index.apply(cutoff({ kind: 'keyset', target: { kind: 'issuer', id: '' } }))
  index.apply(cutoff({ kind: 'credential' }))
  assert.equal(index.size, 0)
})

test('a new epoch cuts off everyone, whatever its target says', () => {
  const index = new GenerationCutoffIndex()
  index.apply(cutoff({ kind: 'epoch', position: 9 }))
  assert.equal(index.newest('everyone', ''), 9)
})

test('[I12] a cut-off is never forgotten before it expires, and not much later', () => {
  const lives = fc.array(fc.record({ at: fc.nat(3000), lifeMs: fc.nat(3000) }))
  fc.assert(
    fc.property(lives, fc.nat(8000), (cutoffs, now) => {
      const index = new GenerationCutoffIndex({ shortestGenerationMs: 300 })
      for (const [user, { at, lifeMs }] of cutoffs.entries()) {
        index.apply(cutoff({ target: { kind: 'user', id: `u${user}` }, at, expiresAt: at + lifeMs }))
      }
      index.forget(now)
      for (const [user, { at, lifeMs }] of cutoffs.entries()) {
        const newest = index.newest('user', `u${user}`)
        if (now < at + lifeMs) assert.equal(newest, 1)
        if (now >= at + lifeMs + Math.max(300, lifeMs)) assert.equal(newest, ORIGIN)
      }
    }),
    { numRuns: 300 },
  )
})

test('cut-offs of one life are in four generations at most, however long the log goes on', () => {
  let asked = 0
  const index = new GenerationCutoffIndex({ shortestGenerationMs: 1000 })
  const lifeMs = 3_605_000
  for (let at = 0; at < 10 * lifeMs; at += 60_000) {
    index.forget(at)
    index.apply(cutoff({ at, expiresAt: at + lifeMs, position: 1 + at / 60_000 }))
    // One id of the same kind in each generation: each holds it once.
    asked = Math.max(asked, index.size)
  }
  assert.ok(asked >= 2 && asked <= 4, String(asked))
})

test('positions of any epoch are exact, side by side', () => {
  const index = new GenerationCutoffIndex()
  const positions = [1, 2 ** 31 - 1, 2 ** 31, 2 ** 40 - 1, positionOf(1, 0), positionOf(1, 1), positionOf(8191, 2 ** 40 - 1)]
  for (const position of positions) index.apply(cutoff({ position, target: { kind: 'user', id: `u${position}` } }))
  for (const position of positions) assert.equal(index.newest('user', `u${position}`), position)
  for (const position of positions) index.apply(cutoff({ position }))
  assert.equal(index.newest('user', 'u'), positionOf(8191, 2 ** 40 - 1))
})

test('[I12] more generations than a table tells apart lose nothing, and are forgotten alike', () => {
  const index = new GenerationCutoffIndex({ shortestGenerationMs: 10 })
  const cutoffs = Array.from({ length: 700 }, (_, number) =>
    cutoff({ position: number + 1, at: number * 10, expiresAt: (number + 1) * 10 }),
  )
  for (const entry of cutoffs) index.apply({ ...entry, target: { kind: 'user', id: `u${entry.position}` } })
  index.applyAll(cutoffs)
  assert.equal(index.size, 1400)
  assert.equal(index.newest('user', 'u'), 700)
  index.forget(3500)
  assert.equal(index.size, 700)
  for (const { position } of cutoffs) assert.equal(index.newest('user', `u${position}`), position > 350 ? position : ORIGIN)
  assert.equal(index.cutsOff(index.prepare([{ kind: 'user', id: 'u700' }]), 699), true)
  index.forget(7000)
  assert.deepEqual([index.size, index.bytes], [0, 0])
})

test('[I12] however long the log goes on, what has ended is taken out and its room used again', () => {
  const index = new GenerationCutoffIndex({ shortestGenerationMs: 10 })
  let most = 0
  for (let at = 0; at < 20_000; at += 10) {
    index.forget(at)
    for (let user = 0; user < 5; user++) {
      index.apply(cutoff({ at, expiresAt: at + 40, position: at + user + 1, target: { kind: 'user', id: `u${at + user}` } }))
    }
    // One that outlives them all keeps the tables in use.
    index.apply(cutoff({ at: 0, expiresAt: 100_000, position: 1, target: { kind: 'user', id: 'long' } }))
    most = Math.max(most, index.bytes)
    assert.equal(index.newest('user', 'long'), 1)
    if (at >= 100) assert.equal(index.newest('user', `u${at - 100}`), ORIGIN)
  }
  assert.ok(most < 2048, String(most))
})

test('the issuer of the log and the issuers of other tokens are different targets', () => {
  const index = new GenerationCutoffIndex()
  index.apply(cutoff({ position: 5, target: { kind: 'issuer', id: 'https://other.example' } }))
  assert.equal(index.newest('issuer', ''), ORIGIN)
  assert.equal(index.newest('issuer', 'https://other.example'), 5)
})

test('[I12] a younger cut-off that expires earlier does not take an older one with it', () => {
  const index = new GenerationCutoffIndex({ shortestGenerationMs: 100 })
  index.apply(cutoff({ position: 1, expiresAt: 5000 }))
  index.apply(cutoff({ position: 2, expiresAt: 100 }))
  assert.equal(index.newest('user', 'u'), 2)
  index.forget(200)
  assert.equal(index.newest('user', 'u'), 1)
})

const anyCutoff = fc.record({
  kind: fc.constantFrom(...targetKinds),
  id: fc.constantFrom('a', 'b', '__proto__', ''),
  position: fc.integer({ min: 1, max: 50 }),
  expiresAt: fc.integer({ min: 0, max: 2000 }),
})

test('[I08] any order and any repetition of cut-offs gives the same answers', () => {
  fc.assert(
    fc.property(fc.array(anyCutoff), fc.infiniteStream(fc.nat()), (cutoffs, order) => {
      const entries = cutoffs.map(({ kind, id, position, expiresAt }) => cutoff({ target: { kind, id }, position, expiresAt }))
      const shuffled = [...entries, ...entries]
        .map((entry) => ({ entry, place: order.next().value as number }))
        .sort((a, b) => a.place - b.place)
      const [straight, mixed] = [
        new GenerationCutoffIndex({ shortestGenerationMs: 500 }),
        new GenerationCutoffIndex({ shortestGenerationMs: 500 }),
      ]
      for (const entry of entries) straight.apply(entry)
      for (const { entry } of shuffled) mixed.apply(entry)
      for (const { target, position } of entries) {
        assert.equal(mixed.newest(target.kind, target.id), straight.newest(target.kind, target.id))
        assert.ok(straight.newest(target.kind, target.id) >= position)
      }
    }),
  )
})
