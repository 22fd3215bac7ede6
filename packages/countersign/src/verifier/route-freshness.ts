import { requireSeconds } from './seconds.ts'

/**
 * How recently the verifier must have heard from the issuer. `ordinary` decides in `fresh` and `grace`, `strict` only in `fresh`; both
 * answer 503 otherwise. A bound of the route's own says also what happens beyond it.
 */
export type RouteFreshness = 'ordinary' | 'strict' | FreshnessBound

export interface FreshnessBound {
  /** Inside the verifier's `graceSeconds`. */
  readonly maxAgeSeconds: number
  /**
   * `refuse` (the default): 503. `ask`: the issuer is asked about the token, for this one request; 503 when it does not answer.
   * `unsafeAcceptStale(seconds)`: decide on what was known, for so long.
   */
  readonly whenStale?: 'refuse' | 'ask' | StaleAcceptance
}

const seconds: unique symbol = Symbol('seconds')

/** Made by `unsafeAcceptStale`; nothing else is one. */
export interface StaleAcceptance {
  readonly [seconds]: number
}

/** A route that goes on for longer than a day without its issuer has no revocation at all. */
const LONGEST_ACCEPTANCE_SECONDS = 86_400

/**
 * @deprecated Dangerous: the route goes on accepting tokens on knowledge up to so many seconds old, so that a revocation may go
 * unnoticed for so long. What was revoked before stays revoked, and a verifier that was never synchronised accepts nothing.
 *
 * @param maxSeconds Age of the last confirmed heartbeat, not of the outage. Above 0, at most 86 400.
 * @throws {RangeError}
 */
export function unsafeAcceptStale(maxSeconds: number): StaleAcceptance {
  if (!(requireSeconds('unsafeAcceptStale', maxSeconds) > 0 && maxSeconds <= LONGEST_ACCEPTANCE_SECONDS)) {
    throw new RangeError(`unsafeAcceptStale must be above 0 and at most ${LONGEST_ACCEPTANCE_SECONDS} seconds`)
  }
  return Object.freeze({ [seconds]: maxSeconds })
}

/** A route's freshness after parsing. */
export interface FreshnessRule {
  readonly freshness: RouteFreshness
  /** The bound of the route's own, otherwise no bound beyond the state's. */
  readonly maxAgeMs: number
  readonly asksWhenStale: boolean
  /** Up to this age the route decides although it is not fresh enough; -1 where it never does. */
  readonly acceptedAgeMs: number
}

const members: ReadonlySet<string> = new Set(['maxAgeSeconds', 'whenStale'])

/** @throws {TypeError | RangeError} */
export function parseFreshness(freshness: RouteFreshness = 'ordinary'): FreshnessRule {
  if (freshness === 'ordinary' || freshness === 'strict') {
    return { freshness, maxAgeMs: Number.POSITIVE_INFINITY, asksWhenStale: false, acceptedAgeMs: -1 }
  }
  if (typeof freshness !== 'object' || freshness === null) {
    throw new TypeError("freshness must be 'ordinary', 'strict' or { maxAgeSeconds }")
  }
  for (const name of Object.keys(freshness)) if (!members.has(name)) throw new TypeError(`unknown member of a freshness: ${name}`)
  const maxAgeMs = requireSeconds('freshness.maxAgeSeconds', freshness.maxAgeSeconds) * 1000
  const { whenStale = 'refuse' } = freshness
  const acceptedSeconds = typeof whenStale === 'object' && whenStale !== null ? whenStale[seconds] : undefined
  if (whenStale !== 'refuse' && whenStale !== 'ask' && acceptedSeconds === undefined) {
    throw new TypeError("freshness.whenStale must be 'refuse', 'ask' or unsafeAcceptStale(seconds)")
  }
  return {
    freshness,
    maxAgeMs,
    asksWhenStale: whenStale === 'ask',
    acceptedAgeMs: acceptedSeconds === undefined ? -1 : acceptedSeconds * 1000,
  }
}
