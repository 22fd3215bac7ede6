import { type CutoffWord, type Generations, tagOf } from './generations.ts'
import { ALL, NONE, SortedSlots } from './sorted-slots.ts'

/** Of a power of two, which slabs are; the rest is for what moves up at the end. */
const OF_A_POWER = 15 / 16
const SMALLEST = 16 * OF_A_POWER
/** Runs get long quickly beyond this, and look-ups with them. */
const MAX_LOAD = 0.8
/**
 * While the table hands over, a call in 8 moves so many slots: in fewer and longer strides memory is read ahead. It ends long before the
 * next one is due: for that 6 slots an entry are enough.
 */
export const SLOTS_A_STEP = 256
const ENTRIES_A_STEP = 8
/** Doubling would leave half of the memory empty; from here on a table grows by a quarter. */
const DOUBLES_BELOW = 2 ** 14
/** Slots of the next table for each that is needed at once. */
const [LEAST_ROOM, ROOM] = [1.4, 1.5]
/** A table makes room for so many times as many as it has at most: memory has to be cleared, and who expects more may be wrong. */
const MOST_GROWTH = 8
/** So many times as large as it would be made now, a table is made anew. */
const TOO_LARGE = 4 / 3
const TAGS = 256

/**
 * From 64-bit fingerprints to the newest cut-off of each. 15 to 19 bytes an entry.
 *
 * Grows without a pause: while it does, each call of `raise` moves some slots over to the larger table, in the order of the fingerprints,
 * and the slabs that get empty are the larger table's next ones. So the memory of both together is never more than that of the
 * larger one, and a fingerprint is looked for in one of them only. Entries whose generation is over are left behind on that way;
 * `tidy` goes it for their sake alone, and the next table may then be smaller.
 */
export class FingerprintTable {
  readonly #generations: Generations
  /** Taken slots by the tag of their generation. */
  readonly #counts = new Uint32Array(TAGS)
  readonly #drop = (cutoff: CutoffWord): void => this.#uncount(cutoff)
  #slots: SortedSlots
  /** The table before, while it hands over. */
  #from: SortedSlots | undefined
  /** Fingerprints with a higher high half are still in the table before. */
  #handedOver = ALL
  #taken = 0
  /** How many times as many entries there will be when those have come that are expected. */
  #growth = 1

  constructor(generations: Generations) {
    this.#generations = generations
    this.#slots = new SortedSlots(SMALLEST, generations)
  }

  /** Bytes of the typed arrays. */
  get bytes(): number {
    return this.#slots.bytes + (this.#from?.bytes ?? 0)
  }

  /** How many slots are still to be moved. */
  get slotsToMove(): number {
    return this.#from?.left ?? 0
  }

  /** How many cut-offs are held, with those whose generation is over and that were not left behind yet. */
  get taken(): number {
    return this.#taken
  }

  /** How many of them are of living generations. */
  get size(): number {
    let size = 0
    for (const { tag } of this.#generations.living) size += this.count(tag)
    return size
  }

  /** How many cut-offs of a generation are held. */
  count(tag: number): number {
    return this.#counts[tag] as number
  }

  /** See `SortedSlots`. */
  peek(high: number): number {
    return (high > this.#handedOver && this.#from !== undefined ? this.#from : this.#slots).peek(high)
  }

  /** @returns the newest cut-off of a fingerprint whose generation is not over, `NO_CUTOFF` when there is none. */
  find(high: number, low: number): CutoffWord {
    return high > this.#handedOver && this.#from !== undefined ? this.#from.find(high, low) : this.#slots.find(high, low)
  }

  /** Puts a cut-off in, or raises the one that its fingerprint has in the same generation. `high` is `HIGHEST` at most. */
  raise(high: number, low: number, cutoff: CutoffWord): void {
    if (this.#from !== undefined && this.#taken % ENTRIES_A_STEP === 0) this.#handOver(this.#from, SLOTS_A_STEP)
    const slots = high > this.#handedOver && this.#from !== undefined ? this.#from : this.#slots
    if (!slots.raise(high, low, cutoff)) return
    this.#taken++
    this.#counts[tagOf(cutoff)] = this.count(tagOf(cutoff)) + 1
    if (this.#taken > this.#slots.capacity * MAX_LOAD && this.#from === undefined) this.#renew()
  }

  /**
   * Says how many times as many entries there will be soon: the next table has room for them, or for some of them. 1 that nothing is
   * expected any more: what was too much goes back by `tidy`.
   */
  expect(growth: number): void {
    // In steps of one size: a last one that adds little moves nearly everything.
    this.#growth = growth ** (1 / Math.max(1, Math.ceil(Math.log(growth) / Math.log(MOST_GROWTH))))
  }

  /** Moves at most so many slots, where there are any to move, entries to leave behind, or much more room than entries. */
  tidy(slots: number): void {
    if (this.#from === undefined && (this.#taken > this.size || this.#isTooLarge)) this.#renew()
    if (this.#from !== undefined) this.#handOver(this.#from, slots)
  }

  get #isTooLarge(): boolean {
    return this.#growth === 1 && this.#slots.capacity > this.#nextCapacity * TOO_LARGE
  }

  get #nextCapacity(): number {
    // Those that come while it hands over need room as well.
    return capacityFor(this.size * this.#growth + (this.#slots.left / SLOTS_A_STEP) * ENTRIES_A_STEP)
  }

  #renew(): void {
    const capacity = this.#nextCapacity
    this.#from = this.#slots
    this.#slots = new SortedSlots(capacity, this.#generations)
    this.#handedOver = NONE
    this.#handOver(this.#from, SLOTS_A_STEP)
  }

  #handOver(from: SortedSlots, slots: number): void {
    this.#handedOver = from.handOver(this.#slots, slots, this.#drop)
    if (this.#handedOver !== ALL) return
    this.#from = undefined
    this.#slots.settle()
  }

  #uncount(cutoff: CutoffWord): void {
    this.#taken--
    this.#counts[tagOf(cutoff)] = this.count(tagOf(cutoff)) - 1
  }
}

function capacityFor(needed: number): number {
  if (needed >= DOUBLES_BELOW) return Math.ceil(needed * ROOM)
  return Math.max(SMALLEST, OF_A_POWER * 2 ** Math.ceil(Math.log2(needed * LEAST_ROOM)))
}
