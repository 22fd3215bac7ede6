import type { EpochMs } from 'countersign/core'
import type { Position } from 'countersign/revocation'

/** How soon verifiers have applied an entry of the log, as far as they have said so. Every time is an upper bound. */
export interface EntryPropagation {
  readonly position: Position
  /** When it was made, by the clock of the server that made it. */
  readonly at: EpochMs
  /** So many verifiers. */
  readonly verifiers: number
  readonly slowestMs: number
  /** How many verifiers were how slow: see `bucketOf`. */
  readonly buckets: readonly (readonly [bucket: number, verifiers: number])[]
}

/** Of one entry, for people. */
export interface PropagationOfEntry {
  readonly verifiers: number
  readonly medianMs: number
  readonly slowestMs: number
}

/** Of an entry the time of the slowest verifier counts: then it was refused everywhere. */
export interface PropagationFigures {
  /** `undefined` where nothing was measured. */
  readonly medianMs: number | undefined
  readonly p99Ms: number | undefined
  readonly slowestMs: number | undefined
  /** Entries, each by each verifier that has told of it. */
  readonly samples: number
  readonly entries: number
}

export interface PropagationSummary extends PropagationFigures {
  /** From here on everything is counted: where more was revoked than is remembered, later than was asked for. */
  readonly since: EpochMs
  readonly minutes: readonly (PropagationFigures & { readonly at: EpochMs })[]
}

const MINUTE_MS = 60_000
const FINEST_MS = 0.1
const BUCKETS_AN_OCTAVE = 8
export const LAST_BUCKET = 240

/** Each is a twelfth wider than the one before it. */
export const bucketOf = (ms: number): number =>
  ms <= FINEST_MS ? 0 : Math.min(LAST_BUCKET, Math.ceil(Math.log2(ms / FINEST_MS) * BUCKETS_AN_OCTAVE))

const upperEdge = (bucket: number): number => FINEST_MS * 2 ** (bucket / BUCKETS_AN_OCTAVE)

/** What several servers have heard of the same entry, as one. */
export function merged(heard: readonly EntryPropagation[]): ReadonlyMap<Position, EntryPropagation> {
  const byPosition = new Map<Position, EntryPropagation>()
  for (const each of heard) {
    const known = byPosition.get(each.position)
    byPosition.set(each.position, known === undefined ? each : together(known, each))
  }
  return byPosition
}

function together(one: EntryPropagation, other: EntryPropagation): EntryPropagation {
  const buckets = new Map(one.buckets)
  for (const [bucket, count] of other.buckets) buckets.set(bucket, (buckets.get(bucket) ?? 0) + count)
  return {
    position: one.position,
    at: Math.min(one.at, other.at),
    verifiers: one.verifiers + other.verifiers,
    slowestMs: Math.max(one.slowestMs, other.slowestMs),
    buckets: [...buckets],
  }
}

export function propagationOfEntry({ verifiers, slowestMs, buckets }: EntryPropagation): PropagationOfEntry {
  let seen = 0
  for (const [bucket, count] of [...buckets].sort(([a], [b]) => a - b)) {
    seen += count
    if (2 * seen >= verifiers) return { verifiers, medianMs: Math.min(upperEdge(bucket), slowestMs), slowestMs }
  }
  return { verifiers, medianMs: slowestMs, slowestMs }
}

export function summarise(entries: Iterable<EntryPropagation>, since: EpochMs): PropagationSummary {
  const all = [...entries]
  const byMinute = new Map<EpochMs, EntryPropagation[]>()
  for (const entry of all) {
    const minute = Math.floor(entry.at / MINUTE_MS) * MINUTE_MS
    const known = byMinute.get(minute)
    if (known === undefined) byMinute.set(minute, [entry])
    else known.push(entry)
  }
  const minutes = [...byMinute].sort(([a], [b]) => a - b).map(([at, those]) => ({ at, ...figuresOf(those) }))
  return { ...figuresOf(all), since, minutes }
}

function figuresOf(entries: readonly EntryPropagation[]): PropagationFigures {
  const times = entries.map(({ slowestMs }) => slowestMs).sort((a, b) => a - b)
  const samples = entries.reduce((sum, { verifiers }) => sum + verifiers, 0)
  return { medianMs: quantile(times, 0.5), p99Ms: quantile(times, 0.99), slowestMs: times.at(-1), samples, entries: times.length }
}

/** The nearest rank: a time that was measured. */
const quantile = (sorted: readonly number[], part: number): number | undefined => sorted[Math.ceil(sorted.length * part) - 1]
