import { AuthError, type Clock } from '../core/index.ts'
import type { RouteRule } from './requirement.ts'
import { isFreshEnough } from './verify.ts'

/** Reads the status lists of an issuer; what `createStatusListChecker` makes fits. */
export interface StatusChecker {
  /** @throws {AuthError} `token_revoked`, `token_invalid`; `revocation_unknown` when the list cannot be had. */
  check(status: unknown): Promise<void>
}

/** The status of a token, which may change without a word in the log. */
export interface TokenStatus {
  readonly checker: StatusChecker
  /** The claim `status`. */
  readonly claim: unknown
  /** When it was last found valid, on the monotonic clock. */
  validAtMs: number
}

/** How long ago is fresh, and how long ago is in grace: as for the log. */
export interface StatusAges {
  readonly clock: Clock
  readonly freshMs: number
  readonly graceMs: number
}

/**
 * Checks the status. Where the list cannot be had, what was last known of this token is as old as it is, and the route's freshness decides.
 *
 * @returns `false` where the route asks the issuer in that case.
 * @throws {AuthError} as `StatusChecker.check`.
 */
export async function isStatusKnown(status: TokenStatus, rule: RouteRule, { clock, freshMs, graceMs }: StatusAges): Promise<boolean> {
  try {
    await status.checker.check(status.claim)
    status.validAtMs = clock.monotonicMs()
    return true
  } catch (error) {
    if (!(error instanceof AuthError) || error.code !== 'revocation_unknown') throw error
    const ageMs = clock.monotonicMs() - status.validAtMs
    const state = ageMs <= freshMs ? 'fresh' : ageMs <= graceMs ? 'grace' : 'stale'
    if (isFreshEnough({ state, ageMs }, rule) || ageMs <= rule.acceptedAgeMs) return true
    if (rule.asksWhenStale) return false
    throw error
  }
}
