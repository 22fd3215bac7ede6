/** Two words a slot: 32 bits of the fingerprint; 28 more of them above a tag of four bits, which says when the claim expires. */
const WORDS = 2
const TAG_MASK = 15
/** A tag of zero says that the slot is empty, so there are fifteen. */
const TAGS = 15
/** No claim expires later than so many generations after the one in which it was made. */
const LONGEST_LIFE = 10
/** As long as all tags in use lie so close together, each means one generation only. */
const MOST_UNSWEPT = TAGS - LONGEST_LIFE - 1
/** Above this share of full slots probing gets long. */
const FULLEST = 0.8
/** Where sweeping leaves less room than this, it would soon come again. */
const FULL_AFTER_SWEEP = 0.68
const SMALLEST_SLOTS = 1024
const LARGEST_SLOTS = 2000
const GROWTH = 1.25

/** One segment is rebuilt at a time. */
const scratch = new Int32Array(LARGEST_SLOTS * WORDS)

/**
 * A part of a table of claims: open addressing over one typed array of 8 bytes a slot. It grows by a quarter until it is large enough to
 * be split, so that no step moves more than some hundred claims.
 *
 * Times are generations: whole numbers that count up with the clock.
 */
export class ClaimSegment {
  /** How many of the leading bits of a fingerprint all claims of this segment have in common. */
  depth: number
  #words: Int32Array = new Int32Array(SMALLEST_SLOTS * WORDS)
  #slots = SMALLEST_SLOTS
  #used = 0
  /** All that had expired then was dropped. */
  #sweptAt: number

  constructor(depth: number, generation: number) {
    this.depth = depth
    this.#sweptAt = generation
  }

  get used(): number {
    return this.#used
  }

  get byteLength(): number {
    return this.#words.byteLength
  }

  has(high: number, low: number, generation: number): boolean {
    const stored = this.#words[this.#find(high, low) * WORDS + 1] as number
    return this.#isLive(stored, generation)
  }

  /** @returns whether it was not there. There must be room: see `makeRoom`. */
  add(high: number, low: number, expiryGeneration: number, generation: number): boolean {
    const words = this.#words
    const at = this.#find(high, low) * WORDS
    const stored = words[at + 1] as number
    if (this.#isLive(stored, generation)) return false
    if ((stored & TAG_MASK) === 0) this.#used += 1
    words[at] = low
    words[at + 1] = (high & ~TAG_MASK) | tagOf(expiryGeneration)
    return true
  }

  /**
   * Prepares for one more claim.
   *
   * @returns whether there is room; otherwise the segment must be split first.
   */
  makeRoom(generation: number): boolean {
    if (generation - this.#sweptAt > MOST_UNSWEPT) this.sweep(generation)
    if (this.#used < this.#slots * FULLEST - 1) return true
    this.sweep(generation)
    if (this.#used < this.#slots * FULL_AFTER_SWEEP) return true
    if (this.#slots === LARGEST_SLOTS) return false
    this.#grow()
    return true
  }

  /** Drops what has expired. */
  sweep(generation: number): void {
    const elapsed = generation - this.#sweptAt
    if (elapsed <= 0) return
    const reference = tagOf(this.#sweptAt)
    this.#sweptAt = generation
    const length = this.#slots * WORDS
    scratch.set(this.#words)
    this.#words.fill(0)
    this.#used = 0
    for (let at = 0; at < length; at += WORDS) {
      const high = scratch[at + 1] as number
      if ((high & TAG_MASK) !== 0 && generationsAfter(reference, high) > elapsed) this.#insert(high, scratch[at] as number)
    }
  }

  /** Moves the half whose next bit is set into a new segment. */
  split(): ClaimSegment {
    this.depth += 1
    const bit = 1 << (32 - this.depth)
    const sibling = new ClaimSegment(this.depth, this.#sweptAt)
    const length = this.#slots * WORDS
    scratch.set(this.#words)
    this.#words = new Int32Array(SMALLEST_SLOTS * WORDS)
    this.#slots = SMALLEST_SLOTS
    this.#used = 0
    for (let at = 0; at < length; at += WORDS) {
      const high = scratch[at + 1] as number
      if ((high & TAG_MASK) === 0) continue
      const half = (high & bit) === 0 ? this : sibling
      if (half.#used >= half.#slots * FULLEST - 1) half.#grow()
      half.#insert(high, scratch[at] as number)
    }
    return sibling
  }

  /** @returns the slot of the claim, otherwise the empty one where it belongs. */
  #find(high: number, low: number): number {
    const words = this.#words
    const slots = this.#slots
    const wanted = high & ~TAG_MASK
    let slot = homeOf(low, slots)
    for (;;) {
      const stored = words[slot * WORDS + 1] as number
      if ((stored & TAG_MASK) === 0) return slot
      if (words[slot * WORDS] === low && (stored & ~TAG_MASK) === wanted) return slot
      if (++slot === slots) slot = 0
    }
  }

  #isLive(stored: number, generation: number): boolean {
    return (stored & TAG_MASK) !== 0 && generationsAfter(tagOf(this.#sweptAt), stored) > generation - this.#sweptAt
  }

  /** Of what is not in here. */
  #insert(high: number, low: number): void {
    const words = this.#words
    let slot = homeOf(low, this.#slots)
    while (((words[slot * WORDS + 1] as number) & TAG_MASK) !== 0) if (++slot === this.#slots) slot = 0
    words[slot * WORDS] = low
    words[slot * WORDS + 1] = high
    this.#used += 1
  }

  #grow(): void {
    const before = this.#words
    this.#slots = Math.min(LARGEST_SLOTS, Math.floor(this.#slots * GROWTH))
    this.#words = new Int32Array(this.#slots * WORDS)
    this.#used = 0
    for (let at = 0; at < before.length; at += WORDS) {
      const high = before[at + 1] as number
      if ((high & TAG_MASK) !== 0) this.#insert(high, before[at] as number)
    }
  }
}

const tagOf = (generation: number): number => 1 + (generation % TAGS)

const generationsAfter = (reference: number, tagged: number): number => ((tagged & TAG_MASK) - reference + TAGS) % TAGS

/** By the upper half of the word: multiplied, not divided. */
const homeOf = (low: number, slots: number): number => ((low >>> 16) * slots) >>> 16
