import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlacedEntry } from './entry.ts'
import { decodeSnapshotEntries, encodeSnapshotEntries } from './snapshot-entries.ts'

const AFTER = 2 ** 40 + 5

const entries: readonly PlacedEntry[] = [
  { position: AFTER + 1, at: 5000, kind: 'cutoff', target: { kind: 'user', id: 'usr_1' }, mode: 'hard', expiresAt: 9000 },
  { position: AFTER + 7, at: 4000, kind: 'cutoff', target: { kind: 'user', id: 'zoë "\\\n𝄞' }, mode: 'hard', expiresAt: 8000 },
  { position: AFTER + 8, at: 6000, kind: 'epoch', target: { kind: 'everyone', id: '' }, mode: 'hard', expiresAt: 10_000 },
  { position: 2 ** 41, at: 6000, kind: 'keyset', target: { kind: 'issuer', id: '' }, mode: 'soft', expiresAt: 6000 },
]

/** As it arrives: through JSON. */
const columns = (): Record<string, unknown> => JSON.parse(JSON.stringify(encodeSnapshotEntries(entries, AFTER)))

test('entries are read back as they were written, also with a time that went back', () => {
  assert.deepEqual(decodeSnapshotEntries(columns(), AFTER, 2 ** 41), entries)
  assert.deepEqual(decodeSnapshotEntries({ ...encodeSnapshotEntries([], 0) }, 0, 0), [])
})

test('what entries share stands once: one more costs its id and three small numbers', () => {
  const many = Array.from({ length: 1000 }, (_, index): PlacedEntry => {
    const at = 1_800_000_000_000 + index
    return { position: index + 1, at, kind: 'cutoff', target: { kind: 'user', id: 'u'.repeat(26) }, mode: 'soft', expiresAt: at + 305_000 }
  })
  assert.ok(JSON.stringify(encodeSnapshotEntries(many, 0)).length < 1000 * (26 + 9) + 200)
})

const senseless: readonly [name: string, change: Record<string, unknown>][] = [
  ['a column that is missing', { ids: undefined }],
  ['a column that is no list', { steps: {} }],
  ['a column that is too short', { times: [5000] }],
  ['a column that is too long', { sort: [0, 0, 1, 2, 0] }],
  ['a number as text', { steps: ['1', 6, 1, 5] }],
  ['a sort that is not there', { sort: [0, 0, 1, 3] }],
  ['a sort before the first', { sort: [0, -1, 1, 2] }],
  ['a sort between two', { sort: [0, 0.5, 1, 2] }],
  ['a position that repeats', { steps: [1, 0, 7, 5] }],
  ['a position that goes back', { steps: [7, -6, 7, 5] }],
  ['a position between two', { steps: [1.5, 6, 1, 5] }],
  ['a position behind the stretch', { steps: [1, 6, 1, 2 ** 41] }],
  ['a time before 1970', { times: [-1, 0, 0, 0] }],
  ['a time beyond what a double holds', { times: [2 ** 53, 0, 0, 0] }],
  ['a target that must have an id', { ids: ['', 'x', '', ''] }],
  ['a target that must have none', { ids: ['x', 'x', 'x', ''] }],
  ['an id that is no text', { ids: [1, 'x', '', ''] }],
  ['an id that is too long', { ids: ['x'.repeat(1025), 'x', '', ''] }],
  ['an unknown kind', { sorts: [['pardon', 'user', 'hard', 4000]], sort: [0, 0, 0, 0] }],
  ['the kind __proto__', { sorts: [['__proto__', 'user', 'hard', 4000]], sort: [0, 0, 0, 0] }],
  ['an unknown target', { sorts: [['cutoff', 'tenant', 'hard', 4000]], sort: [0, 0, 0, 0] }],
  ['an unknown mode', { sorts: [['cutoff', 'user', 'gentle', 4000]], sort: [0, 0, 0, 0] }],
  ['a life of less than nothing', { sorts: [['cutoff', 'user', 'hard', -1]], sort: [0, 0, 0, 0] }],
  ['a sort with one member more', { sorts: [['cutoff', 'user', 'hard', 4000, 1]], sort: [0, 0, 0, 0] }],
]
for (const [name, change] of senseless) {
  test(`columns with ${name} are not understood`, () => {
    assert.equal(decodeSnapshotEntries({ ...columns(), ...change }, AFTER, 2 ** 41), undefined)
  })
}
