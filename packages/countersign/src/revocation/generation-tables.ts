import type { EpochMs } from '../core/index.ts'
import { FingerprintTable } from './fingerprint-table.ts'
import { Generations, type Lifetime, NO_CUTOFF } from './generations.ts'
import type { Position } from './position.ts'
import { targetKinds } from './target.ts'

/** Slots of each table that one forgetting moves: a fraction of a millisecond. */
const TIDIED_SLOTS = 2 ** 15

/** A table for each kind of target, and the generations that their cut-offs are in. */
export class GenerationTables {
  readonly #generations: Generations
  /** One a kind, made when the first entry needs it. */
  readonly #tables = new Array<FingerprintTable | undefined>(targetKinds.length).fill(undefined)
  readonly #isFree = (tag: number): boolean => this.#tables.every((table) => table === undefined || table.count(tag) === 0)

  constructor(shortestGenerationMs: number | undefined) {
    this.#generations = new Generations(shortestGenerationMs)
  }

  /** Whether every generation is over: nothing in here matters any more. */
  get isOver(): boolean {
    return this.#generations.living.length === 0
  }

  get size(): number {
    return this.#tables.reduce((size, table) => size + (table?.size ?? 0), 0)
  }

  get bytes(): number {
    return this.#tables.reduce((bytes, table) => bytes + (table?.bytes ?? 0), 0)
  }

  /** See `SortedSlots`. */
  peek(order: number, high: number): number {
    return this.#tables[order]?.peek(high) ?? 0
  }

  /** @returns the newest cut-off that is not over; below every position when there is none. */
  newest(order: number, high: number, low: number): Position {
    return this.#generations.positionOf(this.#tables[order]?.find(high, low) ?? NO_CUTOFF)
  }

  /** See `FingerprintTable`. */
  expect(growth: number): void {
    for (const table of this.#tables) table?.expect(growth)
  }

  /** @returns `false` when there are too many generations for one more. */
  raise(order: number, high: number, low: number, entry: Lifetime): boolean {
    const cutoff = this.#generations.wordOf(entry, this.#isFree)
    if (cutoff === NO_CUTOFF) return false
    const table = (this.#tables[order] ??= new FingerprintTable(this.#generations))
    table.raise(high, low, cutoff)
    return true
  }

  /** Ends what has expired, and takes some of what has ended out of the tables. */
  forget(now: EpochMs): void {
    this.#generations.forget(now)
    for (const table of this.#tables) table?.tidy(TIDIED_SLOTS)
  }
}
