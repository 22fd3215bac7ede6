import type { EntryKind, PlacedEntry } from './entry.ts'
import type { Position } from './position.ts'
import type { RevocationMode, TargetKind } from './target.ts'
import { isCount, isEntryKind, isMode, isTargetId, isTargetKind } from './wire-entry.ts'

/** What many entries have in common. */
type Sort = readonly [kind: EntryKind, targetKind: TargetKind, mode: RevocationMode, lifeMs: number]

/**
 * Entries by columns, so that one costs little more than its id: what many share stands once, positions and times are the steps from the
 * entry before. Without hashes: they are a third of an entry, and where entries are left out they prove nothing.
 */
export interface SnapshotColumns {
  readonly sorts: readonly Sort[]
  /** Of each entry, its place in `sorts`. */
  readonly sort: readonly number[]
  /** From the position before; the first from where the part begins. */
  readonly steps: readonly number[]
  /** From the time before, in milliseconds; the first from 0. */
  readonly times: readonly number[]
  readonly ids: readonly string[]
}

export function encodeSnapshotEntries(entries: readonly PlacedEntry[], after: Position): SnapshotColumns {
  const sorts = new Map<string, number>()
  const sort: number[] = []
  const steps: number[] = []
  const times: number[] = []
  let [lastPosition, lastAt] = [after, 0]
  for (const { kind, target, mode, position, at, expiresAt } of entries) {
    const key = JSON.stringify([kind, target.kind, mode, expiresAt - at] satisfies Sort)
    const place = sorts.get(key) ?? sorts.size
    sorts.set(key, place)
    sort.push(place)
    steps.push(position - lastPosition)
    times.push(at - lastAt)
    ;[lastPosition, lastAt] = [position, at]
  }
  // What was written two lines above.
  const shared = [...sorts.keys()].map((key) => JSON.parse(key) as Sort)
  return { sorts: shared, sort, steps, times, ids: entries.map(({ target }) => target.id) }
}

/** @returns undefined when this version does not know such entries, or when one stands outside of (after, upTo]. */
export function decodeSnapshotEntries(wire: Readonly<Record<string, unknown>>, after: Position, upTo: Position): PlacedEntry[] | undefined {
  const { sorts, sort, steps, times, ids } = wire
  if (!Array.isArray(sorts) || !sorts.every(isSort) || !Array.isArray(ids)) return undefined
  if (!isColumn(sort, ids.length) || !isColumn(steps, ids.length) || !isColumn(times, ids.length)) return undefined
  const entries: PlacedEntry[] = []
  let [position, at] = [after, 0]
  for (const [place, id] of ids.entries()) {
    const [kind, targetKind, mode, lifeMs] = sorts[sort[place] as number] ?? unknownSort
    const step = steps[place] as number
    at += times[place] as number
    position += step
    if (kind === undefined || !(step > 0) || !isCount(position) || position > upTo) return undefined
    if (!isCount(at) || !isCount(at + lifeMs) || !isTargetId(targetKind, id)) return undefined
    entries.push({ kind, target: { kind: targetKind, id }, mode, position, at, expiresAt: at + lifeMs })
  }
  return entries
}

const unknownSort = [undefined, 'everyone', 'soft', 0] as const

/** Whether there is a number for each entry. */
const isColumn = (value: unknown, length: number): value is readonly number[] =>
  Array.isArray(value) && value.length === length && value.every((item) => typeof item === 'number')

function isSort(value: unknown): value is Sort {
  if (!Array.isArray(value) || value.length !== 4) return false
  const [kind, targetKind, mode, lifeMs] = value as readonly unknown[]
  return isEntryKind(kind) && isTargetKind(targetKind) && isMode(mode) && isCount(lifeMs)
}
