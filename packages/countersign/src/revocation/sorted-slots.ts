/** Words of one slot: the high and the low half of the fingerprint, the value. A low half of 0 says that the slot is empty. */
const WORDS = 3
/** Slots of a slab, 48 KiB: memory comes and goes in pieces that take microseconds to clear. */
const MAX_SLAB_BITS = 12
const NO_SLAB = new Int32Array(0)
const LOWEST = -(2 ** 31)
const HIGH_HALVES = 2 ** 32

/** What `find` answers for a fingerprint that is not there; values are never negative. */
export const ABSENT = -1

/** What `handOver` answers when nothing is left: no high half reaches it. */
export const ALL: number = LOWEST + HIGH_HALVES

/** As `handOver` would answer when nothing was handed over yet. */
export const NONE: number = LOWEST - 1

/**
 * Open addressing over typed arrays, sorted: the place of a fingerprint is its high half, scaled to the capacity, and what has to
 * make way moves up, so that slots in order are fingerprints in order. A look-up is over where the fingerprint would have to
 * stand, and a larger table takes the slots over in one sweep, slab by slab. All numbers are signed and of 32 bits: V8 passes those on
 * without making garbage.
 *
 * The slots go on beyond the capacity, for what moves up at its end. Nothing here limits how full it gets: see `FingerprintTable`.
 */
export class SortedSlots {
  readonly capacity: number
  readonly #scale: number
  readonly #slabBits: number
  readonly #mask: number
  readonly #slabs: Int32Array[] = []
  /** Cleared slabs of the table that hands over to this one, taken before new memory is. */
  readonly #spare: Int32Array[] = []
  /** Slots below this one were handed over. */
  #first = 0
  /** Every fingerprint up to this high half was handed over. */
  #handedOver = NONE
  /** No slot from this one on is taken. */
  #end = 0

  constructor(capacity: number) {
    this.capacity = capacity
    this.#scale = capacity / HIGH_HALVES
    this.#slabBits = Math.min(MAX_SLAB_BITS, Math.ceil(Math.log2(capacity)))
    this.#mask = 2 ** this.#slabBits - 1
  }

  /** Bytes of the typed arrays. */
  get bytes(): number {
    return [...this.#slabs, ...this.#spare].reduce((bytes, slab) => bytes + slab.byteLength, 0)
  }

  /** How many slots, empty ones included, were not handed over. */
  get left(): number {
    return this.#slabs.length * (this.#mask + 1) - this.#first
  }

  /** The first high half that `find` will read. When it is above `high`, the fingerprint is not there. */
  peek(high: number): number {
    const slot = this.#startOf(high)
    const slab = this.#slabs[slot >>> this.#slabBits]
    return slab === undefined ? 0 : (slab[(slot & this.#mask) * WORDS] as number)
  }

  /** @returns the value of a fingerprint, `ABSENT` when it is not there. */
  find(high: number, low: number): number {
    for (let slot = this.#startOf(high); ; slot++) {
      const slab = this.#slabs[slot >>> this.#slabBits]
      if (slab === undefined) return ABSENT
      const word = (slot & this.#mask) * WORDS
      const foundHigh = slab[word] as number
      if (foundHigh > high) return ABSENT
      const foundLow = slab[word + 1] as number
      if (foundLow === 0) return ABSENT
      if (foundHigh < high || foundLow < low) continue
      return foundLow === low ? (slab[word + 2] as number) : ABSENT
    }
  }

  /**
   * Puts a fingerprint in, or raises the value that it has.
   *
   * @param low Not 0.
   * @returns whether it is new.
   */
  raise(high: number, low: number, value: number): boolean {
    for (let slot = this.#startOf(high); ; slot++) {
      const slab = this.#slabAt(slot)
      const word = (slot & this.#mask) * WORDS
      const foundHigh = slab[word] as number
      const foundLow = slab[word + 1] as number
      if (foundLow !== 0) {
        if (foundHigh < high || (foundHigh === high && foundLow < low)) continue
        if (foundHigh === high && foundLow === low) {
          if ((slab[word + 2] as number) < value) slab[word + 2] = value
          return false
        }
        this.#moveUp(slot + 1, foundHigh, foundLow, slab[word + 2] as number)
      } else if (slot >= this.#end) {
        this.#end = slot + 1
      }
      slab[word] = high
      slab[word + 1] = low
      slab[word + 2] = value
      return true
    }
  }

  /**
   * Hands about `count` slots over to a larger table, lowest first; the memory goes along.
   *
   * @returns the high half up to which every fingerprint is there from now on, and none above it; `ALL` in the end.
   */
  handOver(to: SortedSlots, count: number): number {
    const stop = this.#first + count
    for (;;) {
      const place = this.#first >>> this.#slabBits
      const slab = this.#slabs[place]
      if (slab === undefined) return ALL
      let word = (this.#first & this.#mask) * WORDS
      let left = stop - this.#first
      for (; word < slab.length; word += WORDS, left--) {
        const high = slab[word] as number
        // Those that share a high half go together.
        if (left <= 0 && high !== this.#handedOver) break
        const low = slab[word + 1] as number
        if (low === 0) continue
        to.#append(high, low, slab[word + 2] as number)
        this.#handedOver = high
      }
      this.#first = (place << this.#slabBits) + word / WORDS
      if (word < slab.length) return this.#handedOver
      this.#release(place, to)
    }
  }

  /** Nothing is left to be handed over: slabs that were to spare go back to the system. */
  settle(): void {
    this.#spare.length = 0
  }

  /** Puts in a fingerprint that is above all that are here. */
  #append(high: number, low: number, value: number): void {
    const slot = Math.max(this.#startOf(high), this.#end)
    const slab = this.#slabAt(slot)
    const word = (slot & this.#mask) * WORDS
    slab[word] = high
    slab[word + 1] = low
    slab[word + 2] = value
    this.#end = slot + 1
  }

  #release(place: number, to: SortedSlots): void {
    const slab = this.#slabs[place]
    this.#slabs[place] = NO_SLAB
    if (slab === undefined || to.#slabBits !== this.#slabBits) return
    slab.fill(0)
    to.#spare.push(slab)
  }

  /** The run from `slot` on makes room for one more at its front. */
  #moveUp(slot: number, high: number, low: number, value: number): void {
    for (let to = slot; ; to++) {
      const slab = this.#slabAt(to)
      const word = (to & this.#mask) * WORDS
      const nextHigh = slab[word] as number
      const nextLow = slab[word + 1] as number
      const nextValue = slab[word + 2] as number
      slab[word] = high
      slab[word + 1] = low
      slab[word + 2] = value
      if (nextLow === 0) {
        if (to >= this.#end) this.#end = to + 1
        return
      }
      high = nextHigh
      low = nextLow
      value = nextValue
    }
  }

  #slabAt(slot: number): Int32Array {
    const known = this.#slabs[slot >>> this.#slabBits]
    return known ?? this.#addSlab(slot >>> this.#slabBits)
  }

  #addSlab(place: number): Int32Array {
    while (this.#slabs.length <= place) this.#slabs.push(this.#spare.pop() ?? new Int32Array((this.#mask + 1) * WORDS))
    return this.#slabs[place] ?? NO_SLAB
  }

  /** Where a fingerprint stands at the lowest. Monotone: a higher one never starts lower. */
  #startOf(high: number): number {
    const place = ((high - LOWEST) * this.#scale) >>> 0
    return place < this.#first ? this.#first : place
  }
}
