import { AuthError } from '../core/index.ts'
import { ClaimSegment } from './claim-segment.ts'

/** A claim stays at most this share of the longest life longer than it must. */
const GENERATIONS_A_LIFE = 8
/** So many leading bits of a fingerprint tell segments apart; 2^20 segments hold more than a thousand million claims. */
const DEEPEST = 20

/**
 * Claims of similar life, by 60-bit fingerprints, some 13 bytes each: extendible hashing (Fagin and others, 1979) over small
 * segments, so that neither growing nor forgetting ever stops the process for longer than one segment takes.
 *
 * Two ids with one fingerprint count as one: the second would be refused although it is new, never accepted although it is old.
 */
export class ClaimTable {
  readonly #generationMs: number
  #segments: ClaimSegment[]
  #depth = 0
  #size = 0
  #allSweptAt = Number.NEGATIVE_INFINITY

  /** @param longestLifeMs No claim of this table lives longer. */
  constructor(longestLifeMs: number, nowMs: number) {
    this.#generationMs = longestLifeMs / GENERATIONS_A_LIFE
    this.#segments = [new ClaimSegment(0, this.#generationAt(nowMs))]
  }

  /** How many claims are held, expired ones that nobody has come by included. */
  get size(): number {
    return this.#size
  }

  get byteLength(): number {
    let byteLength = 0
    for (const segment of new Set(this.#segments)) byteLength += segment.byteLength
    return byteLength
  }

  has(high: number, low: number, nowMs: number): boolean {
    const generation = this.#generationAt(nowMs)
    return this.#segmentOf(high).has(high, low, generation)
  }

  /** @returns whether it was not there. */
  add(high: number, low: number, endsMs: number, nowMs: number): boolean {
    const generation = this.#generationAt(nowMs)
    const segment = this.#roomySegmentOf(high, generation)
    const before = segment.used
    const isNew = segment.add(high, low, Math.max(generation, this.#generationAt(endsMs)) + 1, generation)
    this.#size += segment.used - before
    return isNew
  }

  /** Drops all that has expired; at most once a generation, since it looks at every claim. */
  sweep(nowMs: number): void {
    const generation = this.#generationAt(nowMs)
    if (this.#allSweptAt === generation) return
    this.#allSweptAt = generation
    this.#size = 0
    for (const segment of new Set(this.#segments)) {
      segment.sweep(generation)
      this.#size += segment.used
    }
  }

  #segmentOf(high: number): ClaimSegment {
    return this.#segments[this.#depth === 0 ? 0 : high >>> (32 - this.#depth)] as ClaimSegment
  }

  #roomySegmentOf(high: number, generation: number): ClaimSegment {
    for (;;) {
      const segment = this.#segmentOf(high)
      const before = segment.used
      const isRoomy = segment.makeRoom(generation)
      this.#size += segment.used - before
      if (isRoomy) return segment
      if (segment.depth === DEEPEST) throw new AuthError('overloaded', { reason: 'replay_store_full', entries: this.#size })
      this.#split(segment, high)
    }
  }

  #split(segment: ClaimSegment, high: number): void {
    if (segment.depth === this.#depth) {
      this.#segments = this.#segments.flatMap((each) => [each, each])
      this.#depth += 1
    }
    const sibling = segment.split()
    // The places of the segment are neighbours; the second half of them is the sibling's.
    const places = 1 << (this.#depth - segment.depth)
    const first = (high >>> (32 - segment.depth)) | 1
    this.#segments.fill(sibling, first * places, (first + 1) * places)
  }

  #generationAt(ms: number): number {
    return Math.floor(ms / this.#generationMs)
  }
}
