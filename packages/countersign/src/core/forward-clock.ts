import type { Cancel, Clock, EpochMs } from './platform.ts'

/**
 * A clock whose wall time never steps back: when the machine's does, this one goes on from where it was, as fast as the
 * monotonic clock. An issuer needs it: a heartbeat or a token from before the step must not look younger than one after it.
 *
 * Does not notice a step forwards, and knows nothing of the time before it was made.
 */
export class ForwardClock implements Clock {
  readonly #clock: Clock
  #at: EpochMs
  #atMonotonicMs: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#at = clock.now()
    this.#atMonotonicMs = clock.monotonicMs()
  }

  now(): EpochMs {
    const monotonicMs = this.#clock.monotonicMs()
    const wall = this.#clock.now()
    const expected = this.#at + Math.floor(monotonicMs - this.#atMonotonicMs)
    // Within a millisecond the two clocks only round differently.
    if (wall >= expected - 1) {
      this.#at = Math.max(wall, this.#at)
      this.#atMonotonicMs = monotonicMs
      return this.#at
    }
    return expected
  }

  monotonicMs(): number {
    return this.#clock.monotonicMs()
  }

  after(delayMs: number, task: () => void, options?: { readonly keepsProcess: boolean }): Cancel {
    return this.#clock.after(delayMs, task, options)
  }
}
