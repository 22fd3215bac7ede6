/** Words of one slot: the high and the low half of the fingerprint, the value. A low half of 0 says that the slot is empty. */
const WORDS = 3
/** Slots of a slab, 192 KiB: memory comes and goes in pieces that take microseconds to clear. */
const MAX_SLAB_BITS = 14
const HIGH_VALUES = 2 ** 32

/** What `find` answers for a fingerprint that is not there; values are never negative. */
export const ABSENT = -1

/**
 * Open addressing over typed arrays, sorted: the place of a fingerprint is its high half, scaled to the capacity, and whatever has
 * to move aside moves up, so that slots in order are fingerprints in order. A look-up that passes the place where the fingerprint
 * would stand is over, and the slots can be handed over to a larger table in one sweep, slab by slab.
 *
 * The slots go on beyond the capacity, for what moves aside at its end. Does not limit how full it gets: see `FingerprintTable`.
 */
export class SortedSlots {
  readonly capacity: number
  readonly #scale: number
  readonly #slabBits: number
  readonly #slabs: Uint32Array[] = []
  /** Cleared slabs of a smaller table, taken before new memory is. */
  readonly #spare: Uint32Array[]
  /** Slots below this one were handed over and are not looked at again. */
  #first = 0

  constructor(capacity: number, spare: Uint32Array[] = []) {
    this.capacity = capacity
    this.#scale = capacity / HIGH_VALUES
    this.#slabBits = Math.min(MAX_SLAB_BITS, Math.ceil(Math.log2(capacity)))
    this.#spare = spare
  }

  /** Bytes of the typed arrays. */
  get bytes(): number {
    let bytes = 0
    for (const slab of this.#slabs) bytes += slab.byteLength
    return bytes
  }

  /** How many slots there are from the first that was not handed over. */
  get remaining(): number {
    return this.#slabs.length * 2 ** this.#slabBits - this.#first
  }

  /** @returns the value of a fingerprint, `ABSENT` when it is not there. */
  find(high: number, low: number): number {
    const bits = this.#slabBits
    const mask = (1 << bits) - 1
    let slot = this.#placeOf(high)
    for (;;) {
      const slab = this.#slabs[slot >>> bits]
      if (slab === undefined) return ABSENT
      for (let word = (slot & mask) * WORDS; word < slab.length; word += WORDS) {
        const foundHigh = slab[word] as number
        if (foundHigh < high && slab[word + 1] !== 0) continue
        if (foundHigh !== high) return ABSENT
        const foundLow = slab[word + 1] as number
        if (foundLow === low) return slab[word + 2] as number
        if (foundLow > low || foundLow === 0) return ABSENT
      }
      slot = (slot | mask) + 1
    }
  }

  /**
   * Puts a fingerprint in, or raises the value that it has.
   *
   * @param low Not 0.
   * @returns whether it is new.
   */
  raise(high: number, low: number, value: number): boolean {
    const bits = this.#slabBits
    const mask = (1 << bits) - 1
    let slot = this.#placeOf(high)
    let [carriedHigh, carriedLow, carriedValue] = [high, low, value]
    for (;;) {
      const slab = this.#slabs[slot >>> bits] ?? this.#addSlab()
      for (let word = (slot & mask) * WORDS; word < slab.length; word += WORDS) {
        const foundHigh = slab[word] as number
        const foundLow = slab[word + 1] as number
        if (foundLow !== 0) {
          if (foundHigh < carriedHigh || (foundHigh === carriedHigh && foundLow < carriedLow)) continue
          if (foundHigh === carriedHigh && foundLow === carriedLow) {
            if ((slab[word + 2] as number) < carriedValue) slab[word + 2] = carriedValue
            return false
          }
        }
        const foundValue = slab[word + 2] as number
        slab[word] = carriedHigh
        slab[word + 1] = carriedLow
        slab[word + 2] = carriedValue
        if (foundLow === 0) return true
        carriedHigh = foundHigh
        carriedLow = foundLow
        carriedValue = foundValue
      }
      slot = (slot | mask) + 1
    }
  }
}
