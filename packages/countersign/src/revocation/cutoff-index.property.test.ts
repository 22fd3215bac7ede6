import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GenerationCutoffIndex, type GenerationCutoffIndexOptions } from './cutoff-index.ts'
import type { LogEntry } from './entry.ts'
import { ORIGIN, type Position, positionOf } from './position.ts'
import { isRevoked, prepareFacts, type TokenFacts } from './rule.ts'
import { type Target, type TargetKind, targetKinds } from './target.ts'

/** What the index must know, written down without any thrift: every cut-off, for ever, and the rule word by word. */
class Model {
  readonly #cutoffs: LogEntry[] = []
  #forgottenUntil = 0

  apply(entry: LogEntry): void {
    if (entry.kind === 'cutoff') this.#cutoffs.push(entry)
    if (entry.kind === 'epoch') this.#cutoffs.push({ ...entry, target: { kind: 'everyone', id: '' } })
  }

  forget(now: number): void {
    this.#forgottenUntil = Math.max(this.#forgottenUntil, now)
  }

  /** The newest cut-off that may not be forgotten, or, among all that there ever were, the newest. */
  newest(kind: TargetKind, id: string, which: 'living' | 'ever'): Position {
    let newest = ORIGIN
    for (const { target, position, expiresAt } of this.#cutoffs) {
      if (target.kind !== kind || target.id !== id) continue
      if (which === 'ever' || expiresAt > this.#forgottenUntil) newest = Math.max(newest, position)
    }
    return newest
  }

  isRevoked({ client, user, session, roles, groups, tokenId, keyId, rev }: TokenFacts, which: 'living' | 'ever'): boolean {
    const named: readonly [TargetKind, string | undefined][] = [
      ['everyone', ''],
      ['issuer', ''],
      ['client', client],
      ['user', user],
      ['session', session],
      ...roles.map((role): [TargetKind, string] => ['role', role]),
      ...groups.map((group): [TargetKind, string] => ['group', group]),
    ]
    return (
      named.some(([kind, id]) => id !== undefined && rev < this.newest(kind, id, which)) ||
      this.newest('token', tokenId, which) !== ORIGIN ||
      this.newest('key', keyId, which) !== ORIGIN
    )
  }
}

const anyId = fc.oneof(
  fc.constantFrom('a', 'b', 'c', '__proto__', 'é', '\u{1f512}'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
)
const anyPosition = fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 60 })).map(([epoch, sequence]) => positionOf(epoch, sequence))
const anyEntry: fc.Arbitrary<LogEntry> = fc
  .record({
    kind: fc.constantFrom('cutoff', 'cutoff', 'cutoff', 'cutoff', 'epoch', 'keyset', 'credential'),
    target: fc.constantFrom(...targetKinds),
    id: anyId,
    position: anyPosition,
    at: fc.nat(5000),
    lifeMs: fc.nat(4000),
  })
  .map(({ kind, target, id, position, at, lifeMs }) => ({
    kind,
    target: { kind: target, id: target === 'everyone' || target === 'issuer' ? '' : id },
    mode: 'hard',
    position,
    at,
    expiresAt: at + lifeMs,
    hash: '',
  }))

const anyFacts: fc.Arbitrary<TokenFacts> = fc.record({
  issuer: fc.constant('https://issuer.example'),
  client: anyId,
  user: fc.option(anyId, { nil: undefined }),
  session: fc.option(anyId, { nil: undefined }),
  roles: fc.array(anyId, { maxLength: 3 }),
  groups: fc.array(anyId, { maxLength: 3 }),
  tokenId: anyId,
  keyId: anyId,
  rev: fc.oneof(fc.constant(ORIGIN), anyPosition),
})

type Step = { readonly entry: LogEntry } | { readonly forget: number }

/** Entries in any order, some of them twice, and forgetting at any time in between. */
const anySteps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: anyEntry.map((entry) => ({ entry })) },
    { weight: 1, arbitrary: fc.nat(9000).map((forget) => ({ forget })) },
  ),
  { maxLength: 120 },
)

function walk(steps: readonly Step[], options: GenerationCutoffIndexOptions): { index: GenerationCutoffIndex; model: Model } {
  const index = new GenerationCutoffIndex({ shortestGenerationMs: 200, ...options })
  const model = new Model()
  for (const step of [...steps, ...steps.slice(0, steps.length / 2)]) {
    for (const side of [index, model]) {
      if ('entry' in step) side.apply(step.entry)
      else side.forget(step.forget)
    }
  }
  return { index, model }
}

test('[I05] [I12] whatever comes in whatever order: nothing lives that the model denies, and nothing dies that was never revoked', () => {
  fc.assert(
    fc.property(anySteps, fc.array(anyFacts, { maxLength: 10 }), (steps, tokens) => {
      const { index, model } = walk(steps, {})
      for (const facts of tokens) {
        const revoked = isRevoked(index, facts)
        if (model.isRevoked(facts, 'living')) assert.equal(revoked, true)
        if (revoked) assert.equal(model.isRevoked(facts, 'ever'), true)
        assert.equal(isRevoked(index, facts, prepareFacts(index, facts)), revoked)
      }
    }),
    { numRuns: 300 },
  )
})

test('[I12] per target nothing is lost that lives, and nothing is answered that never was', () => {
  fc.assert(
    fc.property(anySteps, (steps) => {
      const { index, model } = walk(steps, {})
      for (const step of steps) {
        if (!('entry' in step)) continue
        const { kind, id } = step.entry.target
        const newest = index.newest(kind, id)
        assert.ok(newest >= model.newest(kind, id, 'living'))
        assert.ok(newest <= model.newest(kind, id, 'ever'))
      }
    }),
    { numRuns: 200 },
  )
})

test('[I08] a snapshot at once and its entries one by one give the same answers', () => {
  fc.assert(
    fc.property(anySteps, fc.array(anyEntry), (steps, snapshot) => {
      const [atOnce, oneByOne] = [walk(steps, {}).index, walk(steps, {}).index]
      atOnce.applyAll(snapshot)
      for (const entry of snapshot) oneByOne.apply(entry)
      for (const { target } of snapshot) assert.equal(atOnce.newest(target.kind, target.id), oneByOne.newest(target.kind, target.id))
    }),
  )
})

const anySlices = fc.array(
  fc.record({ entries: fc.array(anyEntry, { maxLength: 200 }), expected: fc.option(fc.oneof(fc.nat(400), fc.constant(2 ** 40))) }),
)

test('[I08] in whatever slices a snapshot comes, and whatever is expected of the rest, it answers as its entries one by one', () => {
  fc.assert(
    fc.property(anySlices, fc.nat(9000), (slices, now) => {
      const [sliced, oneByOne] = [new GenerationCutoffIndex(), new GenerationCutoffIndex()]
      const targets: Target[] = []
      for (const { entries, expected } of slices) {
        if (expected !== null) sliced.expect(expected)
        sliced.applyAll(entries)
        for (const entry of entries) {
          oneByOne.apply(entry)
          targets.push(entry.target)
        }
        for (const { kind, id } of targets) assert.equal(sliced.newest(kind, id), oneByOne.newest(kind, id))
      }
      sliced.expect(0)
      for (const index of [sliced, oneByOne]) index.forget(now)
      assert.equal(sliced.size, oneByOne.size)
      for (const { kind, id } of targets) assert.equal(sliced.newest(kind, id), oneByOne.newest(kind, id))
    }),
  )
})

/** Two bits of fingerprint: nearly every id collides, in the high half, in the low half, or in both. */
const crowded = (id: string, out: Int32Array): void => {
  out[0] = id.length & 1 ? 2 ** 31 - 1 : -(2 ** 31)
  out[1] = 1 + ((id.codePointAt(0) ?? 0) & 1)
}

test('a collision of fingerprints denies and never admits', () => {
  fc.assert(
    fc.property(anySteps, fc.array(anyFacts, { maxLength: 10 }), (steps, tokens) => {
      const { index, model } = walk(steps, { fingerprint: crowded })
      for (const facts of tokens) if (model.isRevoked(facts, 'living')) assert.equal(isRevoked(index, facts), true)
    }),
    { numRuns: 200 },
  )
  const index = new GenerationCutoffIndex({ fingerprint: crowded })
  const entry: LogEntry = { kind: 'cutoff', target: { kind: 'user', id: 'a' }, mode: 'hard', position: 7, at: 0, expiresAt: 1, hash: '' }
  index.apply(entry)
  index.apply({ ...entry, target: { kind: 'user', id: 'c' }, position: 3 })
  assert.deepEqual([index.newest('user', 'a'), index.newest('user', 'c'), index.newest('user', 'b')], [7, 7, ORIGIN])
})
