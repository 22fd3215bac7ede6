/** So many requests in so many seconds, and as many at once. */
export interface RateLimit {
  readonly requests: number
  readonly seconds: number
}

/** Counts requests against a limit, in the memory of this process. */
export class TokenBucket {
  readonly limit: RateLimit
  readonly #perMs: number
  #tokens: number
  #filledAtMs: number

  /** @param nowMs On the monotonic clock. */
  constructor(limit: RateLimit, nowMs: number) {
    this.limit = limit
    this.#perMs = limit.requests / (limit.seconds * 1000)
    this.#tokens = limit.requests
    this.#filledAtMs = nowMs
  }

  /** @returns 0 when the request is within the limit, otherwise the milliseconds until one would be. */
  take(nowMs: number): number {
    const { requests } = this.limit
    this.#tokens = Math.min(requests, this.#tokens + (nowMs - this.#filledAtMs) * this.#perMs)
    this.#filledAtMs = nowMs
    if (this.#tokens < 1) return (1 - this.#tokens) / this.#perMs
    this.#tokens--
    return 0
  }
}
