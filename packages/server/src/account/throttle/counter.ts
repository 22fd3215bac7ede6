import type { EpochMs } from 'countersign/core'

/** How one counter reacts. */
export interface CounterRule {
  /** So many attempts go without a wait. At least one. */
  readonly freeAttempts: number
  /** After so long one attempt is forgotten, and then the next one. */
  readonly forgetMs: number
  /** The wait doubles from one second up to this. */
  readonly longestWaitMs: number
}

export interface CounterCharge {
  readonly key: number
  readonly rule: CounterRule
}

export interface CounterRelease extends CounterCharge {
  /** What the charge has set. */
  readonly nextAt: EpochMs
  /** The attempts before it go too. */
  readonly all: boolean
}

/** A bucket that leaks: two moments say how full it is, so that nothing has to be written for it to leak. */
export interface Counter {
  /** When the last attempt will be forgotten. */
  readonly emptyAt: EpochMs
  /** Before that nothing is let in. */
  readonly nextAt: EpochMs
}

export const emptyCounter: Counter = Object.freeze({ emptyAt: 0, nextAt: 0 })

const FIRST_WAIT_MS = 1000
/** Beyond any wait that a rule may name, and far from where a number would overflow. */
const MAXIMUM_DOUBLINGS = 20

/** One attempt more. */
export function charged({ emptyAt, nextAt }: Counter, { freeAttempts, forgetMs, longestWaitMs }: CounterRule, at: EpochMs): Counter {
  const newEmptyAt = Math.max(emptyAt, at) + forgetMs
  const excess = Math.ceil((newEmptyAt - at) / forgetMs) - freeAttempts
  const waitMs = excess < 1 ? 0 : Math.min(longestWaitMs, FIRST_WAIT_MS * 2 ** Math.min(excess - 1, MAXIMUM_DOUBLINGS))
  // Without a wait nothing is named: the next one may have read its clock before this one did, and waited for the row.
  return { emptyAt: newEmptyAt, nextAt: waitMs === 0 ? nextAt : at + waitMs }
}

/** One attempt less; the wait that it caused is over, unless another one has caused a wait since. */
export function released(counter: Counter, { rule, nextAt, all }: CounterRelease, at: EpochMs): Counter {
  if (all) return emptyCounter
  return { emptyAt: counter.emptyAt - rule.forgetMs, nextAt: counter.nextAt === nextAt ? Math.min(nextAt, at) : counter.nextAt }
}

/** Says nothing any more, and may be dropped. */
export const isSpent = ({ emptyAt, nextAt }: Counter, at: EpochMs): boolean => emptyAt <= at && nextAt <= at
