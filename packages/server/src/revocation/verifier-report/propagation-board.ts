import type { Clock, EpochMs } from 'countersign/core'
import type { LogEntry, Position } from 'countersign/revocation'
import { bucketOf, type EntryPropagation, LAST_BUCKET } from './propagation.ts'
import type { AppliedEntries } from './verifier-report.ts'

export interface PropagationBoardOptions {
  readonly clock: Clock
  /** Whether whatever is committed is committed by this server, so that it hears of a commit when there is one. */
  readonly isAlone: boolean
}

/** So many entries are remembered. */
export const REMEMBERED_ENTRIES = 10_000
/** One report counts for so many entries at most, the oldest of them: those that have waited longest. */
const ENTRIES_A_REPORT = 500
/** So many and the last one: verifiers that make up a time each shall not fill the memory. */
const MOST_BUCKETS = 64

interface Measured {
  readonly position: Position
  readonly at: EpochMs
  /** By the monotonic clock of this server. */
  readonly acknowledgedMs: number
  verifiers: number
  slowestMs: number
  /** There once somebody has told of it. */
  buckets: Map<number, number> | undefined
}

/** How soon verifiers apply what this server tells: in memory, bounded. */
export class PropagationBoard {
  readonly #options: PropagationBoardOptions
  readonly #entries = new Map<Position, Measured>()
  readonly #changed = new Set<Measured>()
  /** Nothing is remembered of what is before it, or after `#newest`. */
  #oldest: Position = 0
  #newest: Position = 0

  constructor(options: PropagationBoardOptions) {
    this.#options = options
  }

  /**
   * Entries were told to the subscribers just now.
   *
   * Where others commit as well, nobody but them knows when: then the time counts that stands in the entry, or the one when we heard of it,
   * whichever was earlier. A clock that is wrong then makes the bound too long, or too short by no more than the way from there to here.
   */
  told(entries: readonly LogEntry[], sinceHeardMs: number | undefined): void {
    const { clock, isAlone } = this.#options
    const nowMs = clock.monotonicMs()
    const heardMs = nowMs - (sinceHeardMs ?? 0)
    const wall = clock.now()
    for (const { position, at } of entries) {
      const acknowledgedMs = isAlone && sinceHeardMs !== undefined ? heardMs : Math.min(heardMs, nowMs - (wall - at))
      this.#entries.set(position, { position, at, acknowledgedMs, verifiers: 0, slowestMs: 0, buckets: undefined })
      this.#newest = position
    }
    this.#forget()
  }

  /**
   * A verifier has applied these: `sent − acknowledged − held` is an upper bound of how long it could still have accepted what the entry revokes,
   * since `sent` is the latest time at which its report can have been sent. What that is too late, a way of a report, is in it.
   *
   * @param sentMs On the monotonic clock of this server.
   * @param countedUpTo What it has told of before.
   * @returns up to where it has told now.
   */
  take(applied: readonly AppliedEntries[], sentMs: number, countedUpTo: Position): Position {
    const nowMs = this.#options.clock.monotonicMs()
    let last = countedUpTo
    let left = ENTRIES_A_REPORT
    for (const { after, position, heldMs } of applied) {
      const end = Math.min(position, this.#newest)
      for (let at = Math.max(after + 1, last + 1, this.#oldest); at <= end && left > 0; at++, left--) {
        const entry = this.#entries.get(at)
        if (entry === undefined) continue
        // Nobody holds what there is not yet. Less than nothing otherwise: clocks that have drifted further apart than is allowed for.
        if (nowMs - heldMs >= entry.acknowledgedMs) this.#count(entry, Math.max(0, sentMs - heldMs - entry.acknowledgedMs))
      }
      last = Math.max(last, position)
    }
    return last
  }

  get hasChanged(): boolean {
    return this.#changed.size > 0
  }

  /** What has changed since it was last asked for, so much at most. `keep` puts back what could not be handed on. */
  takeChanged(maximum: number): { readonly entries: readonly EntryPropagation[]; readonly keep: () => void } {
    const taken: Measured[] = []
    for (const entry of this.#changed) {
      if (taken.length === maximum) break
      taken.push(entry)
      this.#changed.delete(entry)
    }
    return { entries: taken.map(frozen), keep: () => taken.forEach((entry) => this.#changed.add(entry)) }
  }

  #count(entry: Measured, ms: number): void {
    entry.verifiers++
    entry.slowestMs = Math.max(entry.slowestMs, ms)
    entry.buckets ??= new Map()
    const bucket = placeIn(entry.buckets, bucketOf(ms))
    entry.buckets.set(bucket, (entry.buckets.get(bucket) ?? 0) + 1)
    this.#changed.add(entry)
  }

  /** By what is there, not by number: an epoch begins a trillion positions after the last one. */
  #forget(): void {
    for (const [position, entry] of this.#entries) {
      this.#oldest = position
      if (this.#entries.size <= REMEMBERED_ENTRIES) return
      this.#changed.delete(entry)
      this.#entries.delete(position)
    }
  }
}

/** Where there are as many as there may be, the next greater one: a bound stays a bound. */
function placeIn(buckets: ReadonlyMap<number, number>, bucket: number): number {
  if (buckets.has(bucket) || buckets.size < MOST_BUCKETS) return bucket
  return Math.min(LAST_BUCKET, ...[...buckets.keys()].filter((each) => each > bucket))
}

const frozen = ({ position, at, verifiers, slowestMs, buckets = new Map() }: Measured): EntryPropagation => ({
  position,
  at,
  verifiers,
  slowestMs,
  buckets: [...buckets],
})
