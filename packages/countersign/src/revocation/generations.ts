import type { EpochMs } from '../core/index.ts'
import type { PlacedEntry } from './entry.ts'
import type { Position } from './position.ts'

/** What is read of an entry. It is handed over whole, since V8 makes an object of each large number that is passed on by itself. */
export type Lifetime = Pick<PlacedEntry, 'position' | 'at' | 'expiresAt'>

/**
 * A cut-off beside its fingerprint, in one signed word: eight bits say its generation, twenty-four its position less the generation's
 * base. 0 says that there is none.
 */
export type CutoffWord = number

export const NO_CUTOFF: CutoffWord = 0

const OFFSET_BITS = 24
const OFFSETS: number = 2 ** OFFSET_BITS
const OFFSET_MASK: number = OFFSETS - 1
/** Tag 0 is no generation's. */
const TAGS = 256
/** The position of every cut-off of a generation that is over, or never was: below all others, so that it kills nothing. */
const NOWHERE: Position = Number.NEGATIVE_INFINITY

const DEFAULT_SHORTEST_MS = 60_000
/** An entry stays less than its life longer than it must, a quarter of it on average; entries of one life are in four generations at most. */
const GENERATIONS_A_LIFE = 2

interface Generation {
  readonly tag: number
  /** No entry in it matters from this moment on. */
  readonly endsAt: EpochMs
  readonly lengthMs: number
  /** Entries that live no longer than this have shorter ones. */
  readonly leastLifeMs: number
  readonly base: Position
}

/** Whether an entry would have a generation like this one made for it. */
function fits({ base, endsAt, lengthMs, leastLifeMs }: Generation, { position, at, expiresAt }: Lifetime): boolean {
  const offset = position - base
  const leftMs = endsAt - expiresAt
  const lifeMs = expiresAt - at
  return (
    offset >= 0 && offset < OFFSETS && leftMs >= 0 && leftMs < lengthMs && lifeMs <= lengthMs * GENERATIONS_A_LIFE && lifeMs > leastLifeMs
  )
}

/** Whether two cut-offs are of one generation. */
export const sameGeneration = (a: CutoffWord, b: CutoffWord): boolean => (a ^ b) >>> OFFSET_BITS === 0

export const tagOf = (word: CutoffWord): number => word >>> OFFSET_BITS

/**
 * Up to 255 generations, each of which ends as a whole: so no entry stores its own expiry, and forgetting looks at none of them. Entries are of
 * one generation when they end at about the same time, and stand within 2^24 positions.
 */
export class Generations {
  readonly #shortestMs: number
  readonly #bases = new Float64Array(TAGS).fill(NOWHERE)
  #living: readonly Generation[] = []
  #recent: Generation | undefined

  /** @param shortestMs Entries of one generation expire within at least so many milliseconds. */
  constructor(shortestMs: number = DEFAULT_SHORTEST_MS) {
    this.#shortestMs = shortestMs
  }

  get living(): readonly Generation[] {
    return this.#living
  }

  /**
   * @param isFree Whether nobody holds a word with a tag any more, that of a generation which is over.
   * @returns `NO_CUTOFF` when all tags are taken.
   */
  wordOf(entry: Lifetime, isFree: (tag: number) => boolean): CutoffWord {
    const recent = this.#recent
    // Most are of the generation that the one before them was of.
    if (recent !== undefined && fits(recent, entry)) return (recent.tag << OFFSET_BITS) | (entry.position - recent.base)
    const base = entry.position - (entry.position % OFFSETS)
    const generation = this.#generationFor(base, entry, isFree)
    this.#recent = generation
    return generation === undefined ? NO_CUTOFF : (generation.tag << OFFSET_BITS) | (entry.position - base)
  }

  /** The place of a cut-off in the log: below every other when its generation is over. */
  positionOf(word: CutoffWord): Position {
    return (this.#bases[word >>> OFFSET_BITS] as number) + (word & OFFSET_MASK)
  }

  isOver(word: CutoffWord): boolean {
    return this.#bases[word >>> OFFSET_BITS] === NOWHERE
  }

  /** @returns whether a generation has ended. */
  forget(now: EpochMs): boolean {
    if (!this.#living.some(({ endsAt }) => endsAt <= now)) return false
    for (const { tag, endsAt } of this.#living) if (endsAt <= now) this.#bases[tag] = NOWHERE
    this.#living = this.#living.filter(({ endsAt }) => endsAt > now)
    this.#recent = undefined
    return true
  }

  #generationFor(base: Position, { at, expiresAt }: Lifetime, isFree: (tag: number) => boolean): Generation | undefined {
    let lengthMs = this.#shortestMs
    while (lengthMs * GENERATIONS_A_LIFE < expiresAt - at) lengthMs *= 2
    const endsAt = Math.ceil(expiresAt / lengthMs) * lengthMs
    for (const known of this.#living) {
      if (known.base === base && known.endsAt >= expiresAt && known.endsAt <= endsAt) return known
    }
    const tag = this.#bases.findIndex((held, index) => index > 0 && held === NOWHERE && isFree(index))
    if (tag < 0) return undefined
    const leastLifeMs = lengthMs === this.#shortestMs ? Number.NEGATIVE_INFINITY : (lengthMs * GENERATIONS_A_LIFE) / 2
    const generation: Generation = { tag, endsAt, lengthMs, leastLifeMs, base }
    this.#bases[tag] = base
    this.#living = [...this.#living, generation]
    return generation
  }
}
