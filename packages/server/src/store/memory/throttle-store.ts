import type { EpochMs } from 'countersign/core'
import {
  type Counter,
  type CounterCharge,
  type CounterRelease,
  charged,
  emptyCounter,
  isSpent,
  released,
} from '../../account/throttle/counter.ts'
import type { ChargeOutcome, ThrottleStore } from '../../account/throttle/throttle-store.ts'

export class MemoryThrottleStore implements ThrottleStore {
  readonly #counters = new Map<number, Counter>()

  async charge(charges: readonly CounterCharge[], at: EpochMs): Promise<ChargeOutcome> {
    const counters = charges.map(({ key }) => this.#counters.get(key) ?? emptyCounter)
    const waitUntil = Math.max(...counters.map(({ nextAt }) => nextAt))
    if (waitUntil > at) return { waitUntil }
    const nextAt = charges.map(({ key, rule }, index) => {
      const counter = charged(counters[index] ?? emptyCounter, rule, at)
      this.#counters.set(key, counter)
      return counter.nextAt
    })
    return { nextAt }
  }

  async release(releases: readonly CounterRelease[], at: EpochMs): Promise<void> {
    for (const release of releases) {
      const counter = released(this.#counters.get(release.key) ?? emptyCounter, release, at)
      if (isSpent(counter, at)) this.#counters.delete(release.key)
      else this.#counters.set(release.key, counter)
    }
  }

  async forget(first: number, last: number): Promise<void> {
    this.#drop((key) => key >= first && key <= last)
  }

  async sweep(first: number, last: number, at: EpochMs): Promise<number> {
    return this.#drop((key, counter) => key >= first && key <= last && isSpent(counter, at))
  }

  #drop(isDropped: (key: number, counter: Counter) => boolean): number {
    const dropped = [...this.#counters].filter(([key, counter]) => isDropped(key, counter))
    for (const [key] of dropped) this.#counters.delete(key)
    return dropped.length
  }
}
