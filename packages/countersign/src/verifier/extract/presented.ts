import { AuthError } from '../../core/refusal.ts'
import type { PresentedCredentials } from '../credential.ts'
import { extractBearer } from './bearer.ts'
import { extractCookie, requireSameSite } from './cookie.ts'

/** Where a browser's token may be found beside the `Authorization` header. */
export interface CookieSource {
  readonly name: string
  /** The origin of the service's own pages, when `Host` does not say it (behind a proxy that rewrites it). */
  readonly origin?: string
}

/**
 * Finds the token: first the header, then the cookie. A malformed one is refused and never falls through to the next, and two
 * that differ are refused, since one of them is not what the caller meant.
 *
 * @returns the token, or `undefined` when the request presents none.
 * @throws {AuthError} `credential_malformed`; `credential_missing` for a cookie on a request that another site made.
 */
export function extractToken(presented: PresentedCredentials, cookie: CookieSource | undefined): string | undefined {
  const fromHeader = extractBearer(presented.authorization)
  if (cookie === undefined) return fromHeader
  const fromCookie = extractCookie(presented.cookie, cookie.name)
  if (fromCookie === undefined) return fromHeader
  if (fromHeader === undefined) {
    requireSameSite(presented, cookie.origin)
    return fromCookie
  }
  if (fromHeader !== fromCookie) throw new AuthError('credential_malformed', { reason: 'header_and_cookie_differ' })
  return fromHeader
}
