import { type CutoffWord, type Generations, NO_CUTOFF, sameGeneration } from './generations.ts'

/** Words of one slot: the high and the low half of the fingerprint, the cut-off. */
const WORDS = 3
/** Of memory as processors fetch it. */
const WORDS_A_LINE = 16
/** What stands in every word of a slot that is empty: above each high half, so that one comparison ends a look-up. */
const EMPTY: number = 2 ** 31 - 1
/** Slots of a slab, 48 KiB: memory comes and goes in pieces that take microseconds to clear. */
const SLAB_BITS = 12
/** From so many slots on they are of 192 KiB, since a thousand and more slabs do not stay in the processor's cache. */
const MANY_SLOTS = 2 ** 20
const MANY_SLOTS_SLAB_BITS = 14
const NO_SLAB = new Int32Array(0)
const LOWEST = -(2 ** 31)
const HIGH_HALVES = 2 ** 32

/** The highest high half that a fingerprint may have. */
export const HIGHEST: number = EMPTY - 1

/** What `handOver` answers when nothing is left: no high half is above it. */
export const ALL: number = EMPTY

/** As `handOver` would answer when nothing was handed over yet. */
export const NONE: number = LOWEST - 1

/**
 * Open addressing over typed arrays, sorted: the place of a fingerprint is its high half, scaled to the capacity, and what has to
 * make way moves up, so that slots in order are high halves in order. A look-up is over where the fingerprint would have to
 * stand, and another table takes the slots over in one sweep, slab by slab. All numbers are signed and of 32 bits: V8 passes those on
 * without making garbage.
 *
 * A fingerprint has a slot for each generation that it has a cut-off in. The slots go on beyond the capacity, for what moves up at
 * its end. Nothing here limits how full it gets: see `FingerprintTable`.
 */
export class SortedSlots {
  readonly capacity: number
  readonly #generations: Generations
  readonly #scale: number
  readonly #slabBits: number
  readonly #mask: number
  /** The word after the last slot. */
  readonly #slabEnd: number
  /** One word more than the slots of a slab have: it is `EMPTY`, so that a look-up stops at the slab's end. */
  readonly #slabs: Int32Array[] = []
  /** Cleared slabs of the table that hands over to this one, taken before new memory is. */
  readonly #spare: Int32Array[] = []
  /** Slots below this one were handed over. */
  #first = 0
  /** Every fingerprint up to this high half was handed over. */
  #handedOver = NONE
  /** No slot from this one on is taken. */
  #end = 0

  constructor(capacity: number, generations: Generations) {
    this.capacity = capacity
    this.#generations = generations
    this.#scale = capacity / HIGH_HALVES
    this.#slabBits = capacity < MANY_SLOTS ? Math.min(SLAB_BITS, Math.ceil(Math.log2(capacity))) : MANY_SLOTS_SLAB_BITS
    this.#mask = 2 ** this.#slabBits - 1
    this.#slabEnd = 2 ** this.#slabBits * WORDS
  }

  /** Bytes of the typed arrays. */
  get bytes(): number {
    return [...this.#slabs, ...this.#spare].reduce((bytes, slab) => bytes + slab.byteLength, 0)
  }

  /** How many slots, empty ones included, were not handed over. */
  get left(): number {
    return this.#slabs.length * (this.#mask + 1) - this.#first
  }

  /** Reads where a look-up begins and where a run goes on. To read it early is to wait for memory early. */
  peek(high: number): number {
    const slot = this.#startOf(high)
    const slab = this.#slabs[slot >>> this.#slabBits]
    if (slab === undefined) return EMPTY
    const word = (slot & this.#mask) * WORDS
    return (slab[word] as number) ^ (slab[Math.min(word + WORDS_A_LINE, this.#slabEnd)] as number)
  }

  /** @returns the newest cut-off of a fingerprint whose generation is not over. */
  find(high: number, low: number): CutoffWord {
    let newest = NO_CUTOFF
    let slot = this.#startOf(high)
    for (let place = slot >>> this.#slabBits; place < this.#slabs.length; place++) {
      const slab = this.#slabs[place] as Int32Array
      let word = (slot & this.#mask) * WORDS
      for (;;) {
        while ((slab[word] as number) < high) word += WORDS
        if (slab[word] !== high) break
        if (slab[word + 1] === low) newest = this.#newer(newest, slab[word + 2] as number)
        word += WORDS
      }
      if (word < this.#slabEnd) break
      slot = 0
    }
    return newest
  }

  /**
   * Puts a cut-off in, or raises the one that its fingerprint has in the same generation.
   *
   * @param high `HIGHEST` at most.
   * @returns whether it took a slot.
   */
  raise(high: number, low: number, cutoff: CutoffWord): boolean {
    const slot = this.#startOf(high)
    let word = (slot & this.#mask) * WORDS
    for (let place = slot >>> this.#slabBits; ; place++, word = 0) {
      const slab = this.#slabAt(place)
      for (;;) {
        while ((slab[word] as number) < high) word += WORDS
        if (slab[word] !== high) break
        const found = slab[word + 2] as number
        if (slab[word + 1] === low && sameGeneration(found, cutoff)) {
          // Of one generation the newer is the higher.
          if (found < cutoff) slab[word + 2] = cutoff
          return false
        }
        word += WORDS
      }
      if (word === this.#slabEnd) continue
      this.#makeRoom(place, word)
      slab[word] = high
      slab[word + 1] = low
      slab[word + 2] = cutoff
      return true
    }
  }

  /**
   * Hands about `count` slots over to another table, lowest first, and leaves out those whose generation is over; the memory goes along.
   *
   * @param dropped Hears of each cut-off that was left out.
   * @returns the high half up to which every fingerprint is there from now on, and none above it; `ALL` in the end.
   */
  handOver(to: SortedSlots, count: number, dropped: (cutoff: CutoffWord) => void): number {
    const stop = this.#first + count
    for (;;) {
      const place = this.#first >>> this.#slabBits
      const slab = this.#slabs[place]
      if (slab === undefined) return ALL
      let word = (this.#first & this.#mask) * WORDS
      const stopWord = word + (stop - this.#first) * WORDS
      let handedOver = this.#handedOver
      for (; word < this.#slabEnd; word += WORDS) {
        const high = slab[word] as number
        // Those that share a high half go together.
        if (word >= stopWord && high !== handedOver) break
        if (high === EMPTY) continue
        const cutoff = slab[word + 2] as number
        if (this.#generations.isOver(cutoff)) dropped(cutoff)
        else to.#append(high, slab[word + 1] as number, cutoff)
        handedOver = high
      }
      this.#handedOver = handedOver
      this.#first = (place << this.#slabBits) + word / WORDS
      if (word < this.#slabEnd) return handedOver
      this.#release(place, to)
    }
  }

  /** Nothing is left to be handed over: slabs that were to spare go back to the system. */
  settle(): void {
    this.#spare.length = 0
  }

  #newer(a: CutoffWord, b: CutoffWord): CutoffWord {
    return this.#generations.positionOf(b) > this.#generations.positionOf(a) ? b : a
  }

  /** Puts in what is above all that is here. */
  #append(high: number, low: number, cutoff: CutoffWord): void {
    const start = this.#startOf(high)
    const slot = start < this.#end ? this.#end : start
    const slab = this.#slabAt(slot >>> this.#slabBits)
    const word = (slot & this.#mask) * WORDS
    slab[word] = high
    slab[word + 1] = low
    slab[word + 2] = cutoff
    this.#end = slot + 1
  }

  #release(place: number, to: SortedSlots): void {
    const slab = this.#slabs[place]
    this.#slabs[place] = NO_SLAB
    if (slab === undefined || to.#slabBits !== this.#slabBits) return
    slab.fill(EMPTY)
    to.#spare.push(slab)
  }

  /** The run that begins here, if any, moves up by a slot. */
  #makeRoom(place: number, begin: number): void {
    const slab = this.#slabAt(place)
    let empty = begin
    while (slab[empty] !== EMPTY) empty += WORDS
    if (empty === this.#slabEnd) {
      // Full to its end: what stands last goes to the front of the next one.
      empty -= WORDS
      this.#makeRoom(place + 1, 0)
      this.#slabAt(place + 1).set(slab.subarray(empty, empty + WORDS))
    } else {
      this.#end = Math.max(this.#end, (place << this.#slabBits) + empty / WORDS + 1)
    }
    for (let word = empty - 1; word >= begin; word--) slab[word + WORDS] = slab[word] as number
  }

  #slabAt(place: number): Int32Array {
    return this.#slabs[place] ?? this.#addSlab(place)
  }

  #addSlab(place: number): Int32Array {
    while (this.#slabs.length <= place) this.#slabs.push(this.#spare.pop() ?? new Int32Array(this.#slabEnd + 1).fill(EMPTY))
    return this.#slabs[place] ?? NO_SLAB
  }

  /** Where a fingerprint stands at the lowest. Monotone: a higher one never starts lower. */
  #startOf(high: number): number {
    const place = ((high - LOWEST) * this.#scale) >>> 0
    return place < this.#first ? this.#first : place
  }
}
