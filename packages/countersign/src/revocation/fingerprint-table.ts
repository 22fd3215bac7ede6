import { ALL, NONE, SortedSlots } from './sorted-slots.ts'

const SMALLEST = 16
/** Doubling would leave half of the memory empty; from here on a table grows by a quarter. */
const DOUBLES_BELOW = 2 ** 14
const GROWTH = 1.25
/** Runs get long quickly beyond this, and look-ups with them. */
const MAX_LOAD = 0.85
/** With as many entries as were expected. */
const EXPECTED_LOAD = 0.8
/** Slots that one call moves while the table grows. A growth ends long before the next one is due: that takes 5. */
export const SLOTS_A_STEP = 32

/**
 * From 64-bit fingerprints to whole numbers from 0 to 2^31 - 1, of which the highest stays. 14 to 18 bytes an entry.
 *
 * Grows without a pause: while it does, each call of `raise` moves some slots over to the larger table, in the order of the fingerprints,
 * and the slabs that get empty are the larger table's next ones. So the memory of both together is never more than that of the
 * larger one, and a fingerprint is looked for in one of them only.
 */
export class FingerprintTable {
  #slots: SortedSlots
  /** The smaller table, while it hands over. */
  #from: SortedSlots | undefined
  /** Fingerprints with a higher high half are still in the smaller table. */
  #handedOver = ALL
  #size = 0

  /** @param expected How many entries there will be soon: room for them is there from the start. */
  constructor(expected: number = 0) {
    this.#slots = new SortedSlots(Math.max(SMALLEST, Math.ceil(expected / EXPECTED_LOAD)))
  }

  get size(): number {
    return this.#size
  }

  /** Bytes of the typed arrays. */
  get bytes(): number {
    return this.#slots.bytes + (this.#from?.bytes ?? 0)
  }

  /** How many slots a growth that is under way has still to move. */
  get slotsToMove(): number {
    return this.#from?.left ?? 0
  }

  /** See `SortedSlots`. */
  peek(high: number): number {
    return (high > this.#handedOver && this.#from !== undefined ? this.#from : this.#slots).peek(high)
  }

  /** @returns the value of a fingerprint, `ABSENT` when it is not there. */
  find(high: number, low: number): number {
    return high > this.#handedOver && this.#from !== undefined ? this.#from.find(high, low) : this.#slots.find(high, low)
  }

  /** Puts a fingerprint in, or raises the value that it has. `low` is not 0. */
  raise(high: number, low: number, value: number): void {
    if (this.#from !== undefined) this.#handOver(this.#from)
    const slots = high > this.#handedOver && this.#from !== undefined ? this.#from : this.#slots
    if (!slots.raise(high, low, value)) return
    this.#size++
    if (this.#size > this.#slots.capacity * MAX_LOAD && this.#from === undefined) this.#grow()
  }

  #grow(): void {
    const { capacity } = this.#slots
    this.#from = this.#slots
    this.#slots = new SortedSlots(capacity < DOUBLES_BELOW ? capacity * 2 : Math.ceil(capacity * GROWTH))
    this.#handedOver = NONE
  }

  #handOver(from: SortedSlots): void {
    this.#handedOver = from.handOver(this.#slots, SLOTS_A_STEP)
    if (this.#handedOver !== ALL) return
    this.#from = undefined
    this.#slots.settle()
  }
}
