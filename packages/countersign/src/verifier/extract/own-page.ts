import { AuthError } from '../../core/refusal.ts'
import { readCookie } from '../../cookie/index.ts'
import { equalText } from '../../crypto/index.ts'
import type { PresentedCredentials } from '../credential.ts'

/** What a request shows, beside where it comes from, when it may change something and a cookie speaks for it. */
export type CsrfSource =
  /** `X-CSRF-Token` repeats the value of this cookie, which scripts of the service's own pages can read. */
  | { readonly cookie: string }
  /** `X-CSRF-Token` holds a token that is bound to the session, such as `createCsrfTokens` of `countersign/cookie` makes. */
  | { accepts(token: string, session: string | undefined): boolean }

/** From where a cookie may speak for a request that changes something. */
export interface OwnPages {
  /** The origin that the service's pages have, when `Host` does not say it (behind a proxy that rewrites it). */
  readonly origin?: string | undefined
  /** Other origins whose pages may send the cookie: exact, scheme and port included. */
  readonly origins?: readonly string[] | undefined
}

/** Methods that RFC 9110 section 9.2.1 calls safe and that browsers send across sites. */
const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

const mayChange = ({ method }: PresentedCredentials): boolean => method === undefined || !safeMethods.has(method)

/**
 * A browser adds cookies to requests that other sites make. Where the request may change something, it must come from the
 * service's own pages, or from an origin that was named: by `Sec-Fetch-Site`, and where that says nothing (`none`, or an old browser), by
 * `Origin`. What names neither comes from no page of today.
 *
 * @throws {AuthError} `csrf_refused`.
 */
export function requireOwnPage(presented: PresentedCredentials, { origin: ownOrigin, origins = [] }: OwnPages): void {
  if (!mayChange(presented)) return
  const { secFetchSite: site, origin } = presented
  if (site === 'same-origin') return
  if (origin !== undefined && origins.includes(origin)) return
  const originIsOwn = origin === undefined || isOwnOrigin(origin, presented, ownOrigin)
  if ((site === undefined || site === 'none') && originIsOwn) return
  throw new AuthError('csrf_refused', { reason: 'other_origin' })
}

/**
 * @param session Of the credential in the cookie.
 * @throws {AuthError} `csrf_refused`.
 */
export function requireCsrfToken(presented: PresentedCredentials, session: string | undefined, csrf: CsrfSource): void {
  if (!mayChange(presented)) return
  const { csrfToken } = presented
  if (csrfToken === undefined || csrfToken === '') throw new AuthError('csrf_refused', { reason: 'token_missing' })
  const fits = 'cookie' in csrf ? repeats(csrfToken, readCookie(presented.cookie, csrf.cookie)) : csrf.accepts(csrfToken, session)
  if (!fits) throw new AuthError('csrf_refused', { reason: 'token_wrong' })
}

const repeats = (token: string, cookie: string | undefined): boolean => cookie !== undefined && equalText(token, cookie)

function isOwnOrigin(origin: string, presented: PresentedCredentials, ownOrigin: string | undefined): boolean {
  if (ownOrigin !== undefined) return origin === ownOrigin
  if (presented.host === undefined) return false
  const host = presented.host.toLowerCase()
  // Behind a proxy that ends TLS the connection is plain though the page is not; the reverse cannot be.
  return origin === `https://${host}` || (presented.encrypted !== true && origin === `http://${host}`)
}
