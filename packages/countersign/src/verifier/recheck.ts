import type { EpochSeconds } from '../core/platform.ts'
import { requireSeconds } from './seconds.ts'
import type { VerifiedToken } from './verified-token.ts'

/**
 * When the issuer is asked about a token although the verifier is fresh. At least one of the members is there; a request is due when it is
 * outside of `notWithinSeconds` and one of the others says so, or when there is no other.
 */
export interface Recheck {
  /** The first request with a token, and after that every so many-th one. */
  readonly everyRequests?: number
  /** Whenever this part of the token's life has passed since it was issued, or since the issuer was last asked: above 0, below 1. */
  readonly afterLifeFraction?: number
  /** Never within so many seconds after the token was issued, or the issuer last asked. */
  readonly notWithinSeconds?: number
}

const members: ReadonlySet<string> = new Set(['everyRequests', 'afterLifeFraction', 'notWithinSeconds'])

/** @throws {TypeError | RangeError} */
export function parseRecheck(recheck: Recheck): Recheck {
  if (typeof recheck !== 'object' || recheck === null) throw new TypeError('recheck must be an object')
  const names = Object.keys(recheck)
  for (const name of names) if (!members.has(name)) throw new TypeError(`unknown member of a recheck: ${name}`)
  if (names.length === 0) throw new TypeError('recheck must say when: everyRequests, afterLifeFraction or notWithinSeconds')
  const { everyRequests, afterLifeFraction, notWithinSeconds } = recheck
  if (everyRequests !== undefined && !(Number.isSafeInteger(everyRequests) && everyRequests >= 1)) {
    throw new RangeError('recheck.everyRequests must be a whole number from 1')
  }
  if (afterLifeFraction !== undefined && !(afterLifeFraction > 0 && afterLifeFraction < 1)) {
    throw new RangeError('recheck.afterLifeFraction must be above 0 and below 1')
  }
  if (notWithinSeconds !== undefined && requireSeconds('recheck.notWithinSeconds', notWithinSeconds) === 0) {
    throw new RangeError('recheck.notWithinSeconds must be above 0')
  }
  return Object.freeze({ ...recheck })
}

/** What is remembered beside a token of when its issuer was asked. A token that was forgotten meanwhile is asked about sooner. */
export interface RecheckMemory {
  /** When the issuer was last asked; the time of issue before that. */
  checkedAt: EpochSeconds
  /** Requests since then on routes that re-check; -1 before the first question. */
  requestsSince: number
}

/** Counts the request, and says whether the issuer must be asked about the token now. */
export function isDue(
  recheck: Recheck,
  { principal, recheck: memory }: Pick<VerifiedToken, 'principal' | 'recheck'>,
  now: EpochSeconds,
): boolean {
  const { everyRequests, afterLifeFraction, notWithinSeconds = 0 } = recheck
  const requests = memory.requestsSince < 0 ? Number.POSITIVE_INFINITY : ++memory.requestsSince
  const sinceSeconds = now - memory.checkedAt
  if (sinceSeconds < notWithinSeconds) return false
  if (everyRequests !== undefined && requests >= everyRequests) return true
  if (afterLifeFraction === undefined) return everyRequests === undefined
  return sinceSeconds >= afterLifeFraction * (principal.expiresAt - principal.issuedAt)
}

/** The issuer has said that the token is alive. */
export function noteChecked({ recheck }: VerifiedToken, now: EpochSeconds): void {
  recheck.checkedAt = now
  recheck.requestsSince = 0
}
