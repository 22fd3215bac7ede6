import { AuthError, type Clock, type EpochMs } from '../core/index.ts'
import { sha256Base64url } from '../crypto/index.ts'
import type { ReplayStore } from './replay-store.ts'

export interface MemoryReplayStoreOptions {
  readonly clock: Clock
  /** How many claims are remembered at once; one more is refused. Default 1 000 000. */
  readonly maxEntries?: number
}

const DEFAULT_MAX_ENTRIES = 1_000_000
/** Longer ids are remembered by their digest, so that an entry has a bounded size. */
const MAX_ID_LENGTH = 64

/**
 * Claims of one process, in memory. Items of similar life share two generations; one is dropped as a whole when the last
 * claim in it has expired, by the monotonic clock: a step of the wall clock opens no window again.
 *
 * Does not survive a restart and is not shared: where several processes serve, the database decides.
 */
export class MemoryReplayStore implements ReplayStore {
  readonly #clock: Clock
  readonly #maxEntries: number
  /** By the binary logarithm of the life in seconds. */
  readonly #generations = new Map<number, TwoGenerations>()

  constructor({ clock, maxEntries = DEFAULT_MAX_ENTRIES }: MemoryReplayStoreOptions) {
    if (!Number.isSafeInteger(maxEntries) || maxEntries < 1) throw new RangeError('maxEntries must be a positive integer')
    this.#clock = clock
    this.#maxEntries = maxEntries
  }

  /** How many claims are remembered, expired ones that were not dropped yet included. */
  get size(): number {
    let size = 0
    for (const generations of this.#generations.values()) size += generations.size
    return size
  }

  async claim(scope: string, id: string, expiresAt: EpochMs): Promise<boolean> {
    const lifeMs = expiresAt - this.#clock.now()
    if (!Number.isFinite(lifeMs)) throw new RangeError('expiresAt must be a time')
    const key = keyOf(scope, id)
    const nowMs = this.#clock.monotonicMs()
    for (const generations of this.#generations.values()) {
      generations.turn(nowMs)
      if (generations.has(key)) return false
    }
    if (this.size >= this.#maxEntries) throw new AuthError('overloaded', { reason: 'replay_store_full', entries: this.#maxEntries })
    this.#generationsFor(lifeMs).add(key, nowMs + lifeMs)
    return true
  }

  #generationsFor(lifeMs: number): TwoGenerations {
    const lifeClass = Math.ceil(Math.log2(Math.max(lifeMs / 1000, 1)))
    const known = this.#generations.get(lifeClass)
    if (known !== undefined) return known
    const generations = new TwoGenerations()
    this.#generations.set(lifeClass, generations)
    return generations
  }
}

/** The length of the scope comes first, so that no two pairs give one key. */
function keyOf(scope: string, id: string): string {
  const key = `${scope.length}:${scope}${id}`
  return key.length > MAX_ID_LENGTH ? `#${sha256Base64url(key)}` : key
}

class TwoGenerations {
  #current = new Set<string>()
  #previous = new Set<string>()
  /** When the last claim of each has expired, on the monotonic clock. */
  #currentEndsMs = Number.NEGATIVE_INFINITY
  #previousEndsMs = Number.NEGATIVE_INFINITY

  get size(): number {
    return this.#current.size + this.#previous.size
  }

  has(key: string): boolean {
    return this.#current.has(key) || this.#previous.has(key)
  }

  add(key: string, endsMs: number): void {
    this.#current.add(key)
    this.#currentEndsMs = Math.max(this.#currentEndsMs, endsMs)
  }

  /** Drops the previous generation once all of it has expired; the current one takes its place. */
  turn(nowMs: number): void {
    while (this.size > 0 && nowMs > this.#previousEndsMs) {
      this.#previous = this.#current
      this.#previousEndsMs = this.#currentEndsMs
      this.#current = new Set()
      this.#currentEndsMs = Number.NEGATIVE_INFINITY
    }
  }
}
