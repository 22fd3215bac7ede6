import { AuthError, type Clock } from 'countersign/core'
import type { MasterSecret } from '../../signing/master-secret.ts'
import type { CounterCharge } from './counter.ts'
import { CounterKeys } from './counter-key.ts'
import { type StrangerLimits, type StrangerRules, strangerRules } from './throttle-limits.ts'
import type { ThrottleStore } from './throttle-store.ts'

export interface StrangerLimitOptions {
  readonly store: ThrottleStore
  readonly limits: StrangerLimits
  readonly secret: MasterSecret
  readonly clock: Clock
  /** Told of each request that has to wait. Must not throw. */
  readonly onHeld: () => void
}

/**
 * Bounds what people who show nobody who they are can make us keep: from one network, and from all networks together. Since each of it ends by
 * itself, so many in an hour are a bound of how much there is, and nobody has to count it.
 */
export class StrangerLimit {
  readonly #store: ThrottleStore
  readonly #clock: Clock
  readonly #keys: CounterKeys
  readonly #rules: StrangerRules
  readonly #onHeld: () => void

  constructor({ store, limits, secret, clock, onHeld }: StrangerLimitOptions) {
    this.#store = store
    this.#clock = clock
    this.#keys = new CounterKeys(secret)
    this.#rules = strangerRules(limits)
    this.#onHeld = onHeld
  }

  /**
   * Asked before anything is kept.
   *
   * @param address Undefined where nobody has told it: then only all of them together are counted.
   * @throws {AuthError} `rate_limited` with `retryAfterSeconds`, without a write; `unavailable` when it cannot be counted.
   */
  async admit(address: string | undefined): Promise<void> {
    const at = this.#clock.now()
    const outcome = await this.#store.charge(this.#chargesOf(address), at)
    if (!('waitUntil' in outcome)) return
    this.#onHeld()
    const retryAfterSeconds = Math.max(1, Math.ceil((outcome.waitUntil - at) / 1000))
    throw new AuthError('rate_limited', { limit: 'oauth-request', retryAfterSeconds })
  }

  /** In the order in which they are locked. */
  #chargesOf(address: string | undefined): readonly CounterCharge[] {
    const { network, crowd } = this.#rules
    const all = { key: this.#keys.strangers(address), rule: crowd }
    return address === undefined ? [all] : [{ key: this.#keys.stranger(address), rule: network }, all]
  }
}
