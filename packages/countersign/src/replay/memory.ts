import { AuthError, type Clock, type EpochMs, type Random, systemRandom } from '../core/index.ts'
import { type Fingerprint, keyedFingerprint } from '../crypto/index.ts'
import { ClaimTable } from './claim-table.ts'
import type { ReplayStore } from './replay-store.ts'

export interface MemoryReplayStoreOptions {
  readonly clock: Clock
  /** Where the key of the fingerprints comes from. */
  readonly random?: Random
  /** How many claims are remembered at once; one more is refused. Default 1 000 000, which take 13 MB. */
  readonly maxEntries?: number
}

const DEFAULT_MAX_ENTRIES = 1_000_000
/** Sixty-eight years: longer lives end then, in a process that has lived as long. */
const LONGEST_LIFE_MS = 2 ** 31 * 1000
/** More scopes than these are hashed each time. */
const MAX_KNOWN_SCOPES = 1000

interface Scope {
  readonly name: string
  readonly high: number
  readonly low: number
}

const WON: Promise<boolean> = Promise.resolve(true)
const LOST: Promise<boolean> = Promise.resolve(false)

/**
 * Claims of one process, in memory, 10 to 14 bytes each. They are remembered until they have expired and up to a quarter of their
 * life longer, by the monotonic clock: a step of the wall clock opens no window again.
 *
 * Does not survive a restart (a verifier refuses what was signed before `rememberedSince`), and is not shared: where several processes
 * serve, Redis or the database decides.
 */
export class MemoryReplayStore implements ReplayStore {
  readonly rememberedSince: EpochMs
  readonly #clock: Clock
  readonly #maxEntries: number
  readonly #ofId: Fingerprint
  /** Of another key than that of the ids, so that no id can undo a scope. */
  readonly #ofScope: Fingerprint
  readonly #halves = new Int32Array(2)
  readonly #scopes = new Map<string, Scope>()
  /** The scope that was asked for last: mostly there is one. */
  #lastScope: Scope
  /** By the binary logarithm of the longest life in seconds. */
  readonly #byLife: (ClaimTable | undefined)[] = []
  readonly #tables: ClaimTable[] = []

  constructor({ clock, random = systemRandom, maxEntries = DEFAULT_MAX_ENTRIES }: MemoryReplayStoreOptions) {
    if (!Number.isSafeInteger(maxEntries) || maxEntries < 1) throw new RangeError('maxEntries must be a positive integer')
    this.#clock = clock
    this.rememberedSince = clock.now()
    this.#maxEntries = maxEntries
    this.#ofId = keyedFingerprint(random)
    this.#ofScope = keyedFingerprint(random)
    this.#lastScope = this.#scope('')
  }

  /** How many claims are remembered, expired ones that were not dropped yet included. */
  get size(): number {
    let size = 0
    for (let at = 0; at < this.#tables.length; at++) size += (this.#tables[at] as ClaimTable).size
    return size
  }

  /** The memory of the claims. */
  get byteLength(): number {
    let byteLength = 0
    for (const table of this.#tables) byteLength += table.byteLength
    return byteLength
  }

  claim(scope: string, id: string, expiresAt: EpochMs): Promise<boolean> {
    try {
      return this.claimNow(scope, id, expiresAt) ? WON : LOST
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error('the claim failed', { cause: error }))
    }
  }

  /** As `claim`, at once. */
  claimNow(scope: string, id: string, expiresAt: EpochMs): boolean {
    const lifeMs = Math.min(expiresAt - this.#clock.now(), LONGEST_LIFE_MS)
    if (!Number.isFinite(lifeMs)) throw new RangeError('expiresAt must be a time')
    const nowMs = this.#clock.monotonicMs()
    const known = this.#lastScope.name === scope ? this.#lastScope : this.#scope(scope)
    this.#ofId(id, this.#halves)
    const high = (this.#halves[0] as number) ^ known.high
    const low = (this.#halves[1] as number) ^ known.low
    const own = this.#tableFor(lifeMs, nowMs)
    for (let at = 0; at < this.#tables.length; at++) {
      const table = this.#tables[at] as ClaimTable
      if (table !== own && table.has(high, low, nowMs)) return false
    }
    if (this.size >= this.#maxEntries) this.#requireRoom(own, high, low, nowMs)
    return own.add(high, low, nowMs + lifeMs, nowMs)
  }

  /** What is held already needs no room, and is refused for what it is. */
  #requireRoom(own: ClaimTable, high: number, low: number, nowMs: number): void {
    if (own.has(high, low, nowMs)) return
    for (const table of this.#tables) table.sweep(nowMs)
    if (this.size >= this.#maxEntries) throw new AuthError('overloaded', { reason: 'replay_store_full', entries: this.#maxEntries })
  }

  #scope(name: string): Scope {
    let scope = this.#scopes.get(name)
    if (scope === undefined) {
      this.#ofScope(name, this.#halves)
      scope = { name, high: this.#halves[0] as number, low: this.#halves[1] as number }
      if (this.#scopes.size < MAX_KNOWN_SCOPES) this.#scopes.set(name, scope)
    }
    this.#lastScope = scope
    return scope
  }

  #tableFor(lifeMs: number, nowMs: number): ClaimTable {
    const seconds = Math.max(Math.ceil(lifeMs / 1000), 1)
    // Its binary logarithm, rounded up.
    const lifeClass = 32 - Math.clz32(seconds - 1)
    const known = this.#byLife[lifeClass]
    if (known !== undefined) return known
    const table = new ClaimTable(2 ** lifeClass * 1000, nowMs)
    this.#byLife[lifeClass] = table
    this.#tables.push(table)
    return table
  }
}
