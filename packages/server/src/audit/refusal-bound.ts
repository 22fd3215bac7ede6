import type { Clock } from 'countersign/core'
import type { Actor } from './audit-record.ts'

export interface RefusalBounds {
  /** So many have a record each at once. */
  readonly atOnce: number
  /** And later one more in so long a time. */
  readonly everyMs: number
  /** The others are counted, and the counts get a record each after so long. */
  readonly countedForMs: number
}

/** 100 at once and 200 an hour, for each server and each of two bounds: a flood of refusals writes 4 MB a day at most. */
export const DEFAULT_BOUNDS: RefusalBounds = Object.freeze({ atOnce: 100, everyMs: 18_000, countedForMs: 300_000 })

/** What refusals of one kind have in common: all come from tables, so that there are few kinds. */
export interface RefusalKind {
  readonly actor: Actor['kind']
  readonly operation: string
  readonly code: string
}

export interface RefusalCount extends RefusalKind {
  readonly count: number
}

/** Decides which refusals have a record of their own: anybody can make as many as they like. */
export class RefusalBound {
  readonly #clock: Clock
  readonly #bounds: RefusalBounds
  readonly #counts = new Map<string, RefusalCount>()
  #tokens: number
  #filledMs: number
  #countingSinceMs = 0

  constructor(clock: Clock, bounds: RefusalBounds = DEFAULT_BOUNDS) {
    this.#clock = clock
    this.#bounds = bounds
    this.#tokens = bounds.atOnce
    this.#filledMs = clock.monotonicMs()
  }

  /** @returns whether it has a record of its own; if not, it was counted. */
  admits({ actor, operation, code }: RefusalKind): boolean {
    this.#fill()
    if (this.#tokens >= 1) {
      this.#tokens--
      return true
    }
    if (this.#counts.size === 0) this.#countingSinceMs = this.#clock.monotonicMs()
    const key = `${actor} ${operation} ${code}`
    this.#counts.set(key, { actor, operation, code, count: (this.#counts.get(key)?.count ?? 0) + 1 })
    return false
  }

  /** What was counted, once it has been counted for long enough; with `now`, in any case. It begins anew then. */
  taken(now: boolean = false): readonly RefusalCount[] {
    if (!now && this.#clock.monotonicMs() - this.#countingSinceMs < this.#bounds.countedForMs) return []
    const counts = [...this.#counts.values()]
    this.#counts.clear()
    return counts
  }

  #fill(): void {
    const now = this.#clock.monotonicMs()
    const { atOnce, everyMs } = this.#bounds
    this.#tokens = Math.min(atOnce, this.#tokens + (now - this.#filledMs) / everyMs)
    this.#filledMs = now
  }
}
