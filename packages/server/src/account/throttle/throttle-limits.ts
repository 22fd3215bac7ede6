import type { CounterRule } from './counter.ts'

/** What an operator may say of it. */
export interface SignInLimits {
  /** Wrong attempts on one account, from one place, that go without a wait. */
  readonly signInAttempts: number
  /** The same from one address, on all accounts: as many as an office mistypes. */
  readonly signInAddressAttempts: number
  /** What all strangers together may try wrongly in a minute. */
  readonly signInAttemptsPerMinute: number
  /** No wait is longer. */
  readonly signInWaitSeconds: number
}

/** Of what strangers leave with us, an operator may say this much. */
export interface StrangerLimits {
  /** From one network, in an hour: all at once, or one after the other. */
  readonly oauthAddressRequestsPerHour: number
  /** The same of all networks together. */
  readonly oauthRequestsPerHour: number
}

export type CounterKind = 'pair' | 'account' | 'address' | 'device' | 'session' | 'everyone' | 'mail' | 'stranger'
/** What attempts are counted with. Who asks for something is counted by a rule of its own, and nothing is given back. */
export type AttemptKind = Exclude<CounterKind, 'mail' | 'stranger'>

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** Against a guess that is spread over addresses: an account bears that of so many strangers. */
const STRANGERS_AN_ACCOUNT = 4
/** An office of a hundred mistypes so often that an address forgets quicker than an account does. */
const ADDRESS_FORGETS_MS = 30_000
const ADDRESS_WAIT_MS = 5 * MINUTE_MS
/** Strangers are told apart by so many counters, so that not every sign-in of a fleet waits for one row. */
export const CROWDS = 4

/** Mails that are asked for from one network: an office that has forgotten its passwords may ask for twenty at once. */
export const mailRule: CounterRule = { freeAttempts: 20, forgetMs: 3 * MINUTE_MS, longestWaitMs: 15 * MINUTE_MS }

/**
 * The rule of each kind of counter. What an account forgets in is its longest wait, so that whoever goes on and on gets one attempt in that
 * time, and no more.
 */
export function counterRules(limits: SignInLimits): Readonly<Record<AttemptKind, CounterRule>> {
  const longestWaitMs = limits.signInWaitSeconds * 1000
  const own = { freeAttempts: limits.signInAttempts, forgetMs: longestWaitMs, longestWaitMs }
  const crowdMs = (MINUTE_MS * CROWDS) / limits.signInAttemptsPerMinute
  return {
    pair: own,
    account: { ...own, freeAttempts: limits.signInAttempts * STRANGERS_AN_ACCOUNT },
    address: {
      freeAttempts: limits.signInAddressAttempts,
      forgetMs: ADDRESS_FORGETS_MS,
      longestWaitMs: Math.min(ADDRESS_WAIT_MS, longestWaitMs),
    },
    device: { ...own, freeAttempts: limits.signInAttempts * 2 },
    session: { ...own, freeAttempts: limits.signInAttempts * 2 },
    // A minute's worth at once, and then no more than leaks: waiting longer would lock out everybody for the sake of one.
    everyone: { freeAttempts: Math.ceil(limits.signInAttemptsPerMinute / CROWDS), forgetMs: Math.ceil(crowdMs), longestWaitMs: 1000 },
  }
}

/** What may be left with us by strangers of one network, and by all of them. */
export interface StrangerRules {
  readonly network: CounterRule
  readonly crowd: CounterRule
}

/** An hour's worth at once, and then no more than is forgotten: no wait is so long that fewer than that are let in. */
export function strangerRules({ oauthAddressRequestsPerHour, oauthRequestsPerHour }: StrangerLimits): StrangerRules {
  const hourly = (requests: number, leastWaitMs: number): CounterRule => {
    const forgetMs = Math.ceil(HOUR_MS / requests)
    return { freeAttempts: requests, forgetMs, longestWaitMs: Math.max(leastWaitMs, forgetMs) }
  }
  // Waiting longer would lock out everybody for the sake of one.
  return { network: hourly(oauthAddressRequestsPerHour, MINUTE_MS), crowd: hourly(Math.ceil(oauthRequestsPerHour / CROWDS), 1000) }
}
