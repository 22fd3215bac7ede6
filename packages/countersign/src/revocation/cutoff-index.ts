import type { EpochMs } from '../core/index.ts'
import type { LogEntry } from './entry.ts'
import { type Fingerprint, processFingerprint } from './fingerprint.ts'
import { FingerprintTable } from './fingerprint-table.ts'
import { ORIGIN, type Position } from './position.ts'
import { ABSENT } from './sorted-slots.ts'
import { type Target, type TargetKind, targetKinds } from './target.ts'

/** Targets, hashed once. Made and read by the index alone. */
export type PreparedTargets = readonly number[]

/** The newest cut-off of every target: all that the rule needs to know. */
export interface CutoffIndex {
  /** Idempotent and commutative: per target the highest position wins. Entries that cut nothing off change nothing. */
  apply(entry: LogEntry): void
  /** The same for many, as of a snapshot: quicker, because room is made for them before. */
  applyAll(entries: readonly LogEntry[]): void
  /** @returns the position of the target's newest cut-off, `ORIGIN` when it has none. Never less than it is. */
  newest(kind: TargetKind, id: string): Position
  /** Hashes targets, for `cutsOff`. They stay good for as long as the index lives. */
  prepare(targets: readonly Target[]): PreparedTargets
  /** Whether one of the targets has a cut-off after `rev`. Makes no garbage. */
  cutsOff(targets: PreparedTargets, rev: Position): boolean
  /** How many cut-offs are held. */
  readonly size: number
  /** Drops what no living token can need at `now`. Some stay longer than they must, none goes earlier. */
  forget(now: EpochMs): void
}

interface Generation {
  /** No entry in it matters from this moment on. */
  readonly endsAt: EpochMs
  /** Its tables hold positions less this one. */
  readonly base: Position
  everyone: Position
  issuer: Position
  /** One a kind, made when the first entry needs it. */
  readonly tables: (FingerprintTable | undefined)[]
}

export interface GenerationCutoffIndexOptions {
  /** Default: keyed with 64 random bits of this process. */
  readonly fingerprint?: Fingerprint
  /** Entries of one generation expire within at least so many milliseconds. Default 60 000. */
  readonly shortestGenerationMs?: number
}

const DEFAULT_SHORTEST_GENERATION_MS = 60_000
/** An entry stays less than its life longer than it must, a quarter of it on average; entries of one life are in four generations at most. */
const GENERATIONS_A_LIFE = 2
/** More generations than these are searched one after the other. */
const PEEKED_GENERATIONS = 16
/** Small integers to V8, so that no look-up makes garbage. */
const POSITIONS_A_GENERATION = 2 ** 31
/** Numbers of one prepared target: its kind, the high and the low half of its fingerprint. */
const PREPARED_LENGTH = 3

const orderOf: Readonly<Record<TargetKind, number>> = Object.fromEntries(
  targetKinds.map((kind, order) => [kind, order] as const),
) as Readonly<Record<TargetKind, number>>

/**
 * Cut-offs by keyed 64-bit fingerprints of their targets, 14 to 18 bytes an entry, in generations by expiry: one goes as a whole, so
 * forgetting looks at no entry, and no entry stores its own expiry.
 *
 * Of two targets with one fingerprint each has the newer cut-off of both: a collision can deny a token that should live (of 10 million
 * entries, one look-up in two million million), and never admits one that should not. See `keyedFingerprint` for who could aim one.
 */
export class GenerationCutoffIndex implements CutoffIndex {
  readonly #fingerprint: Fingerprint
  readonly #shortestGenerationMs: number
  /** Numbers between one step and the next: typed arrays hold them without making garbage. */
  readonly #halves = new Int32Array(2)
  readonly #newest = new Float64Array(1)
  readonly #firsts = new Float64Array(PEEKED_GENERATIONS)
  #generations: readonly Generation[] = []

  constructor({
    fingerprint = processFingerprint,
    shortestGenerationMs = DEFAULT_SHORTEST_GENERATION_MS,
  }: GenerationCutoffIndexOptions = {}) {
    this.#fingerprint = fingerprint
    this.#shortestGenerationMs = shortestGenerationMs
  }

  apply(entry: LogEntry): void {
    // A new epoch kills everything older, whatever its target says.
    if (entry.kind === 'epoch') this.#raise('everyone', '', entry)
    else if (entry.kind === 'cutoff') this.#raise(entry.target.kind, entry.target.id, entry)
  }

  applyAll(entries: readonly LogEntry[]): void {
    const counts = new Map<Generation, number[]>()
    for (const { kind, target, position, at, expiresAt } of entries) {
      if (kind !== 'cutoff' || target.id === '') continue
      const generation = this.#generationFor(position, at, expiresAt)
      let ofKinds = counts.get(generation)
      if (ofKinds === undefined) counts.set(generation, (ofKinds = new Array<number>(targetKinds.length).fill(0)))
      const order = orderOf[target.kind]
      ofKinds[order] = (ofKinds[order] ?? 0) + 1
    }
    for (const [{ tables }, ofKinds] of counts) {
      for (const [order, count] of ofKinds.entries()) if (count > 0) tables[order] ??= new FingerprintTable(count)
    }
    for (const entry of entries) this.apply(entry)
  }

  newest(kind: TargetKind, id: string): Position {
    let newest = ORIGIN
    if (kind === 'everyone') {
      for (const { everyone } of this.#generations) newest = Math.max(newest, everyone)
    } else if (kind === 'issuer' && id === '') {
      for (const { issuer } of this.#generations) newest = Math.max(newest, issuer)
    } else {
      this.#hash(id)
      this.#seek(orderOf[kind], this.#halves[0] as number, this.#halves[1] as number)
      newest = Math.max(newest, this.#newest[0] as number)
    }
    return newest
  }

  prepare(targets: readonly Target[]): PreparedTargets {
    const prepared: number[] = []
    for (const { kind, id } of targets) {
      this.#hash(id)
      prepared.push(orderOf[kind], this.#halves[0] as number, this.#halves[1] as number)
    }
    return prepared
  }

  cutsOff(targets: PreparedTargets, rev: Position): boolean {
    for (let at = 0; at < targets.length; at += PREPARED_LENGTH) {
      this.#seek(targets[at] as number, targets[at + 1] as number, targets[at + 2] as number)
      if ((this.#newest[0] as number) > rev) return true
    }
    return false
  }

  get size(): number {
    let size = 0
    for (const { everyone, issuer, tables } of this.#generations) {
      size += (everyone > ORIGIN ? 1 : 0) + (issuer > ORIGIN ? 1 : 0)
      for (const table of tables) size += table?.size ?? 0
    }
    return size
  }

  /** Bytes of the typed arrays, which is nearly all that it needs. */
  get bytes(): number {
    let bytes = 0
    for (const { tables } of this.#generations) for (const table of tables) bytes += table?.bytes ?? 0
    return bytes
  }

  forget(now: EpochMs): void {
    if (this.#generations.some(({ endsAt }) => endsAt <= now)) {
      this.#generations = this.#generations.filter(({ endsAt }) => endsAt > now)
    }
  }

  #hash(id: string): void {
    this.#fingerprint(id, this.#halves)
    // A low half of 0 says in the tables that nothing is there.
    if (this.#halves[1] === 0) this.#halves[1] = 1
  }

  /**
   * Leaves the position of the newest cut-off in `#newest`, `ABSENT` when there is none. First it reads a word of each generation, none of
   * which has to wait for another; memory is slow, and this way it is waited for once.
   */
  #seek(order: number, high: number, low: number): void {
    const generations = this.#generations
    for (let age = 0; age < generations.length; age++) this.#firsts[age] = (generations[age] as Generation).tables[order]?.peek(high) ?? 0
    let newest = ABSENT
    for (let age = 0; age < generations.length; age++) {
      const { base, tables } = generations[age] as Generation
      const table = tables[order]
      // Slots are sorted: what stands at the first place is above it already.
      if (table === undefined || (this.#firsts[age] as number) > high) continue
      const value = table.find(high, low)
      if (value !== ABSENT && base + value > newest) newest = base + value
    }
    this.#newest[0] = newest
  }

  #raise(kind: TargetKind, id: string, { position, at, expiresAt }: LogEntry): void {
    const generation = this.#generationFor(position, at, expiresAt)
    if (kind === 'everyone') {
      generation.everyone = Math.max(generation.everyone, position)
    } else if (kind === 'issuer' && id === '') {
      generation.issuer = Math.max(generation.issuer, position)
    } else {
      const table = (generation.tables[orderOf[kind]] ??= new FingerprintTable())
      this.#hash(id)
      table.raise(this.#halves[0] as number, this.#halves[1] as number, position - generation.base)
    }
  }

  #generationFor(position: Position, at: EpochMs, expiresAt: EpochMs): Generation {
    let lengthMs = this.#shortestGenerationMs
    while (lengthMs * GENERATIONS_A_LIFE < expiresAt - at) lengthMs *= 2
    const endsAt = Math.ceil(expiresAt / lengthMs) * lengthMs
    const base = position - (position % POSITIONS_A_GENERATION)
    for (const known of this.#generations) {
      if (known.base === base && known.endsAt >= expiresAt && known.endsAt <= endsAt) return known
    }
    const tables = new Array<FingerprintTable | undefined>(targetKinds.length).fill(undefined)
    const generation: Generation = { endsAt, base, everyone: ORIGIN, issuer: ORIGIN, tables }
    this.#generations = [...this.#generations, generation]
    return generation
  }
}
