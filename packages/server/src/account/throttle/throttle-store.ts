import type { EpochMs } from 'countersign/core'
import type { CounterCharge, CounterRelease } from './counter.ts'

/** What every counter of an attempt was moved to, in the order in which they were given. */
export type ChargeOutcome = { readonly nextAt: readonly EpochMs[] } | { readonly waitUntil: EpochMs }

/** Owned by `account`. Each method is one transaction. */
export interface ThrottleStore {
  /**
   * Counts an attempt with every counter, or with none: where one of them says wait, nothing has changed. Of many at once each is decided
   * on what those before it have left.
   */
  charge(charges: readonly CounterCharge[], at: EpochMs): Promise<ChargeOutcome>
  /** Takes attempts back. */
  release(releases: readonly CounterRelease[], at: EpochMs): Promise<void>
  /** Removes the counters from `first` to `last`, both included. */
  forget(first: number, last: number): Promise<void>
  /** Removes the counters from `first` to `last` that say nothing any more. @returns how many went. */
  sweep(first: number, last: number, at: EpochMs): Promise<number>
}
