import type { EpochMs } from '../core/index.ts'
import type { PlacedEntry } from './entry.ts'
import { type Fingerprint, processFingerprint } from '../crypto/index.ts'
import { GenerationTables } from './generation-tables.ts'
import { NamelessTarget } from './nameless-target.ts'
import { ORIGIN, type Position } from './position.ts'
import { HIGHEST } from './sorted-slots.ts'
import { type Target, type TargetKind, targetKinds } from './target.ts'

/** Targets, hashed once. Made and read by the index alone. */
export type PreparedTargets = readonly number[]

/** The newest cut-off of every target: all that the rule needs to know. */
export interface CutoffIndex {
  /** Idempotent and commutative: per target the highest position wins. Entries that cut nothing off change nothing. */
  apply(entry: PlacedEntry): void
  /** The same for many, as of a snapshot or a part of one: quicker, because memory is waited for once for some dozens of them. */
  applyAll(entries: readonly PlacedEntry[]): void
  /**
   * Says that about so many entries are still to come, as while a snapshot is loaded, so that room is made for them at once; 0 that no more
   * are. To be wrong costs time or, until 0 is said, memory.
   */
  expect(entries: number): void
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

export interface GenerationCutoffIndexOptions {
  /** Default: keyed with 64 random bits of this process. */
  readonly fingerprint?: Fingerprint
  /** Entries of one generation expire within at least so many milliseconds. Default 60 000. */
  readonly shortestGenerationMs?: number
}

/** Numbers of one prepared target: its kind, the high and the low half of its fingerprint. */
const PREPARED_LENGTH = 3
/** Entries that `applyAll` looks at together. */
const BATCH = 64
/** In place of a kind, for entries that no table takes. */
const NO_TABLE = -1

const orderOf: Readonly<Record<TargetKind, number>> = Object.fromEntries(
  targetKinds.map((kind, order) => [kind, order] as const),
) as Readonly<Record<TargetKind, number>>

/**
 * Cut-offs by keyed 64-bit fingerprints of their targets, 15 to 19 bytes an entry, in generations by expiry: one goes as a whole, so
 * forgetting looks at no entry, and no entry stores its own expiry. All generations of a kind of target share a table, so that a look-up waits for
 * memory once.
 *
 * Of two targets with one fingerprint each has the newer cut-off of both: a collision can deny a token that should live (of 10 million
 * entries, one look-up in two million million), and never admits one that should not. See `keyedFingerprint` for who could aim one.
 */
export class GenerationCutoffIndex implements CutoffIndex {
  readonly #fingerprint: Fingerprint
  readonly #shortestGenerationMs: number | undefined
  /** Numbers between one step and the next: typed arrays hold them without making garbage. */
  readonly #halves = new Int32Array(2)
  readonly #batch = new Int32Array(BATCH * PREPARED_LENGTH)
  readonly #everyone = new NamelessTarget()
  readonly #issuer = new NamelessTarget()
  /** One, unless there are more generations than it can tell apart. */
  #tables: readonly GenerationTables[] = []
  /** What was read ahead. Nobody looks at it, but V8 would leave out a read that goes nowhere. */
  readonly #peeked = new Int32Array(1)

  constructor({ fingerprint = processFingerprint, shortestGenerationMs }: GenerationCutoffIndexOptions = {}) {
    this.#fingerprint = fingerprint
    this.#shortestGenerationMs = shortestGenerationMs
  }

  apply(entry: PlacedEntry): void {
    const { kind, target } = entry
    if (kind !== 'cutoff' && kind !== 'epoch') return
    const nameless = this.#namelessTarget(entry)
    if (nameless !== undefined) return nameless.raise(entry)
    this.#hash(target.id)
    this.#raise(orderOf[target.kind], this.#halves[0] as number, this.#halves[1] as number, entry)
  }

  applyAll(entries: readonly PlacedEntry[]): void {
    for (let from = 0; from < entries.length; from += BATCH) this.#applyBatch(entries, from, Math.min(entries.length, from + BATCH))
  }

  expect(entries: number): void {
    const growth = 1 + entries / Math.max(1, this.size)
    for (const tables of this.#tables) tables.expect(growth)
  }

  newest(kind: TargetKind, id: string): Position {
    if (kind === 'everyone') return this.#everyone.newest
    if (kind === 'issuer' && id === '') return this.#issuer.newest
    this.#hash(id)
    let newest = ORIGIN
    for (const tables of this.#tables) {
      newest = Math.max(newest, tables.newest(orderOf[kind], this.#halves[0] as number, this.#halves[1] as number))
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
    for (const tables of this.#tables) {
      for (let at = 0; at < targets.length; at += PREPARED_LENGTH) {
        if (tables.newest(targets[at] as number, targets[at + 1] as number, targets[at + 2] as number) > rev) return true
      }
    }
    return false
  }

  get size(): number {
    return this.#tables.reduce((size, tables) => size + tables.size, this.#everyone.size + this.#issuer.size)
  }

  /** Bytes of the typed arrays, which is nearly all that it needs. */
  get bytes(): number {
    return this.#tables.reduce((bytes, tables) => bytes + tables.bytes, 0)
  }

  forget(now: EpochMs): void {
    this.#everyone.forget(now)
    this.#issuer.forget(now)
    for (const tables of this.#tables) tables.forget(now)
    if (this.#tables.some(({ isOver }) => isOver)) this.#tables = this.#tables.filter(({ isOver }) => !isOver)
  }

  /**
   * First it hashes all of them, then it reads a word of memory for each, none of which has to wait for another, and then it puts them in
   * where memory is at hand.
   */
  #applyBatch(entries: readonly PlacedEntry[], from: number, to: number): void {
    const batch = this.#batch
    for (let at = from, number = 0; at < to; at++, number += PREPARED_LENGTH) {
      const entry = entries[at] as PlacedEntry
      batch[number] = NO_TABLE
      if (entry.kind !== 'cutoff' || this.#namelessTarget(entry) !== undefined) continue
      this.#hash(entry.target.id)
      batch[number] = orderOf[entry.target.kind]
      batch[number + 1] = this.#halves[0] as number
      batch[number + 2] = this.#halves[1] as number
    }
    const end = (to - from) * PREPARED_LENGTH
    for (const tables of this.#tables) {
      for (let number = 0; number < end; number += PREPARED_LENGTH) {
        if (batch[number] !== NO_TABLE) this.#peeked[0] = tables.peek(batch[number] as number, batch[number + 1] as number)
      }
    }
    for (let at = from, number = 0; at < to; at++, number += PREPARED_LENGTH) {
      const entry = entries[at] as PlacedEntry
      if (batch[number] === NO_TABLE) this.apply(entry)
      else this.#raise(batch[number] as number, batch[number + 1] as number, batch[number + 2] as number, entry)
    }
  }

  /** A new epoch kills everything older, whatever its target says. */
  #namelessTarget({ kind, target }: PlacedEntry): NamelessTarget | undefined {
    if (kind === 'epoch' || target.kind === 'everyone') return this.#everyone
    return target.kind === 'issuer' && target.id === '' ? this.#issuer : undefined
  }

  #raise(order: number, high: number, low: number, entry: PlacedEntry): void {
    for (const tables of this.#tables) if (tables.raise(order, high, low, entry)) return
    const tables = new GenerationTables(this.#shortestGenerationMs)
    tables.raise(order, high, low, entry)
    this.#tables = [...this.#tables, tables]
  }

  #hash(id: string): void {
    this.#fingerprint(id, this.#halves)
    // Nothing but an empty slot has a higher one.
    if ((this.#halves[0] as number) > HIGHEST) this.#halves[0] = HIGHEST
  }
}
