import type { Clock } from 'countersign/core'

/** A thousand verifiers of a service report a hundred times a second, and all at once when they begin. */
const A_SECOND = 300
const AT_ONCE = 1500

interface Bucket {
  left: number
  filledAtMs: number
}

/** How often the verifiers of one service may report to one server, all together: so many may share its credential. */
export class ReportRate {
  readonly #clock: Clock
  readonly #buckets = new Map<string, Bucket>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @returns 0, or after how many milliseconds it may be tried again. */
  take(service: string): number {
    const nowMs = this.#clock.monotonicMs()
    const bucket = this.#buckets.get(service) ?? { left: AT_ONCE, filledAtMs: nowMs }
    this.#buckets.set(service, bucket)
    bucket.left = Math.min(AT_ONCE, bucket.left + ((nowMs - bucket.filledAtMs) * A_SECOND) / 1000)
    bucket.filledAtMs = nowMs
    if (bucket.left < 1) return ((1 - bucket.left) * 1000) / A_SECOND
    bucket.left--
    return 0
  }

  /** Nobody of it was heard of for long. */
  forget(service: string): void {
    this.#buckets.delete(service)
  }
}
