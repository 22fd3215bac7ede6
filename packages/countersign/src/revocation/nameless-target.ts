import type { EpochMs } from '../core/index.ts'
import { ORIGIN, type Position } from './position.ts'

interface Cutoff {
  readonly position: Position
  readonly expiresAt: EpochMs
}

/** The cut-offs of a target that has no id, of which there is one: asked for each request, and so few that they are a list. */
export class NamelessTarget {
  /** None of them is both older than another one and gone earlier. */
  #cutoffs: readonly Cutoff[] = []
  #newest: Position = ORIGIN

  get newest(): Position {
    return this.#newest
  }

  get size(): number {
    return this.#cutoffs.length
  }

  raise(cutoff: Cutoff): void {
    if (this.#cutoffs.some((known) => outlasts(known, cutoff))) return
    this.#keep([...this.#cutoffs.filter((known) => !outlasts(cutoff, known)), cutoff])
  }

  forget(now: EpochMs): void {
    if (this.#cutoffs.some(({ expiresAt }) => expiresAt <= now)) this.#keep(this.#cutoffs.filter(({ expiresAt }) => expiresAt > now))
  }

  #keep(cutoffs: readonly Cutoff[]): void {
    this.#cutoffs = cutoffs
    this.#newest = cutoffs.reduce((newest, { position }) => Math.max(newest, position), ORIGIN)
  }
}

const outlasts = (one: Cutoff, other: Cutoff): boolean => one.position >= other.position && one.expiresAt >= other.expiresAt
