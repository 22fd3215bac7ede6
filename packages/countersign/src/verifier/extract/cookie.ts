import { AuthError } from '../../core/refusal.ts'
import type { PresentedCredentials } from '../credential.ts'
import { isTokenText } from './bearer.ts'

/** Node itself refuses more than 16 KiB of headers. */
const MAX_HEADER_LENGTH = 16_384

/** Methods that RFC 9110 section 9.2.1 calls safe and that browsers send across sites. */
const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Takes the token out of the cookie of this name (RFC 6265 section 5.4). Does not look into the token, and does not decide
 * whether a cookie may speak for the request: that is `requireSameSite`.
 *
 * @returns the token, or `undefined` when there is no cookie of this name.
 * @throws {AuthError} `credential_malformed` when the cookie holds no token, or stands there twice: a second one can only be
 * set from a sibling domain or another path, and which of them is meant cannot be known.
 */
export function extractCookie(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined
  if (header.length > MAX_HEADER_LENGTH) throw malformed('cookie_too_long')
  let token: string | undefined
  for (const pair of header.split(';')) {
    const separator = pair.indexOf('=')
    if (separator < 0 || pair.slice(0, separator).trim() !== name) continue
    if (token !== undefined) throw malformed('cookie_repeated')
    token = pair.slice(separator + 1).trim()
  }
  if (token !== undefined && !isTokenText(token)) throw malformed('cookie_not_a_token')
  return token
}

/**
 * A browser adds cookies to requests that other sites make. Where the request may change something, it must come from the
 * service's own pages: by `Sec-Fetch-Site`, and where that says nothing (`none`, or an old browser), by `Origin`.
 *
 * @param ownOrigin The origin that the service's pages have; without it, it is taken from `Host`.
 * @throws {AuthError} `credential_missing`: a cookie that another site made the browser send is not a credential.
 */
export function requireSameSite(presented: PresentedCredentials, ownOrigin: string | undefined): void {
  if (presented.method !== undefined && safeMethods.has(presented.method)) return
  const site = presented.secFetchSite
  if (site === 'same-origin') return
  const originIsOwn = presented.origin === undefined || isOwnOrigin(presented.origin, presented, ownOrigin)
  if ((site === undefined || site === 'none') && originIsOwn) return
  throw new AuthError('credential_missing', { reason: 'cookie_on_cross_site_request' })
}

function isOwnOrigin(origin: string, presented: PresentedCredentials, ownOrigin: string | undefined): boolean {
  if (ownOrigin !== undefined) return origin === ownOrigin
  if (presented.host === undefined) return false
  const host = presented.host.toLowerCase()
  // Behind a proxy that ends TLS the connection is plain though the page is not; the reverse cannot be.
  return origin === `https://${host}` || (presented.encrypted !== true && origin === `http://${host}`)
}

const malformed = (reason: string): AuthError => new AuthError('credential_malformed', { reason })
