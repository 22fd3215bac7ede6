import { AuthError } from '../../core/refusal.ts'
import type { PresentedCredentials } from '../credential.ts'
import { extractBearer } from './bearer.ts'
import { extractCookie } from './cookie.ts'
import { type CsrfSource, type OwnPages, requireOwnPage } from './own-page.ts'

/** Where a browser's token may be found beside the `Authorization` header. */
export interface CookieSource extends OwnPages {
  readonly name: string
  /** Default: where the request comes from decides alone. */
  readonly csrf?: CsrfSource | undefined
}

/**
 * Finds the token: first the header, then the cookie. A malformed one is refused and never falls through to the next, and two
 * that differ are refused, since one of them is not what the caller meant.
 *
 * @returns the token, or `undefined` when the request presents none.
 * @throws {AuthError} `credential_malformed`; `csrf_refused` for a cookie on a request that another site made.
 */
export function extractToken(presented: PresentedCredentials, cookie: CookieSource | undefined): string | undefined {
  const fromHeader = extractBearer(presented.authorization)
  if (cookie === undefined) return fromHeader
  const fromCookie = extractCookie(presented.cookie, cookie.name)
  if (fromCookie === undefined) return fromHeader
  if (fromHeader === undefined) {
    requireOwnPage(presented, cookie)
    return fromCookie
  }
  if (fromHeader !== fromCookie) throw new AuthError('credential_malformed', { reason: 'header_and_cookie_differ' })
  return fromHeader
}
