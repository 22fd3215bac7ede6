const STEPS_A_DOUBLING = 32
const SMALLEST = 2 ** -10

/** How values from 0 up are spread, in buckets 2 % wide: for more of them than can be kept. */
export class Spread {
  readonly #counts = new Float64Array(STEPS_A_DOUBLING * 40)
  #count = 0
  #largest = 0

  get count(): number {
    return this.#count
  }

  get largest(): number | undefined {
    return this.#count === 0 ? undefined : this.#largest
  }

  add(value: number): void {
    const bucket = value <= SMALLEST ? 0 : Math.ceil(Math.log2(value / SMALLEST) * STEPS_A_DOUBLING)
    const place = Math.min(bucket, this.#counts.length - 1)
    this.#counts[place] = (this.#counts[place] ?? 0) + 1
    this.#count += 1
    this.#largest = Math.max(this.#largest, value)
  }

  /** The upper end of the bucket below which `share` (0 to 1) of the values lie; undefined of nothing. */
  percentile(share: number): number | undefined {
    if (this.#count === 0) return undefined
    let left = share * this.#count
    for (const [bucket, count] of this.#counts.entries()) {
      left -= count
      if (left <= 0) return bucket === 0 ? 0 : Math.min(this.#largest, SMALLEST * 2 ** (bucket / STEPS_A_DOUBLING))
    }
    return this.#largest
  }
}
