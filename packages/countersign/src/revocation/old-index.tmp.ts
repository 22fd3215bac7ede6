import type { EpochMs } from '../core/index.ts'
import type { LogEntry } from './entry.ts'
import { ORIGIN, type Position } from './position.ts'
import { type TargetKind, targetKinds } from './target.ts'

/** The newest cut-off of every target: all that the rule needs to know. */
export interface CutoffIndex {
  /** Idempotent and commutative: per target the highest position wins. Entries that cut nothing off change nothing. */
  apply(entry: LogEntry): void
  /** @returns the position of the target's newest cut-off, `ORIGIN` when it has none. */
  newest(kind: TargetKind, id: string): Position
  /** How many cut-offs are held. */
  readonly size: number
  /** Drops what no living token can need at `now`. Some stay longer than they must, none goes earlier. */
  forget(now: EpochMs): void
}

/** One table a kind, made when the first entry needs it. */
type Tables = (Map<string, Position> | undefined)[]

interface Generation {
  /** No entry in it matters from this moment on. */
  readonly endsAt: EpochMs
  readonly tables: Tables
}

const DEFAULT_GENERATION_MS = 300_000

const tableOf: Readonly<Record<TargetKind, number>> = Object.fromEntries(
  targetKinds.map((kind, order) => [kind, order] as const),
) as Readonly<Record<TargetKind, number>>

/** Generations by expiry: one goes as a whole, so forgetting costs nothing and no entry stores its own expiry. */
export class GenerationCutoffIndex implements CutoffIndex {
  readonly #generationMs: number
  #generations: readonly Generation[] = []

  /** @param generationMs How much later than its expiry an entry may go, in milliseconds. Default 300 000. */
  constructor(generationMs: number = DEFAULT_GENERATION_MS) {
    this.#generationMs = generationMs
  }

  apply({ kind, target, position, expiresAt }: LogEntry): void {
    // A new epoch kills everything older, whatever its target says.
    if (kind === 'epoch') this.#raise('everyone', '', position, expiresAt)
    else if (kind === 'cutoff') this.#raise(target.kind, target.id, position, expiresAt)
  }

  newest(kind: TargetKind, id: string): Position {
    const order = tableOf[kind]
    let newest = ORIGIN
    for (const generation of this.#generations) {
      const position = generation.tables[order]?.get(id)
      if (position !== undefined && position > newest) newest = position
    }
    return newest
  }

  get size(): number {
    let size = 0
    for (const { tables } of this.#generations) for (const table of tables) size += table?.size ?? 0
    return size
  }

  forget(now: EpochMs): void {
    if (this.#generations.some(({ endsAt }) => endsAt <= now)) {
      this.#generations = this.#generations.filter(({ endsAt }) => endsAt > now)
    }
  }

  #raise(kind: TargetKind, id: string, position: Position, expiresAt: EpochMs): void {
    const { tables } = this.#generationFor(expiresAt)
    const table = (tables[tableOf[kind]] ??= new Map())
    if (position > (table.get(id) ?? ORIGIN)) table.set(id, position)
  }

  #generationFor(expiresAt: EpochMs): Generation {
    const endsAt = Math.ceil(expiresAt / this.#generationMs) * this.#generationMs
    const known = this.#generations.find((generation) => generation.endsAt === endsAt)
    if (known !== undefined) return known
    const generation: Generation = { endsAt, tables: new Array(targetKinds.length).fill(undefined) }
    this.#generations = [...this.#generations, generation]
    return generation
  }
}
