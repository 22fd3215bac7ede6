import { AuthError } from '../../core/refusal.ts'
import { readCookie } from '../../cookie/index.ts'
import { isTokenText } from './bearer.ts'

/**
 * Takes the token out of the cookie of this name. Does not look into the token, and does not decide whether a cookie may speak for the request:
 * that is `requireOwnPage`.
 *
 * @returns the token, or `undefined` when there is no cookie of this name.
 * @throws {AuthError} `credential_malformed` when the cookie holds no token, or stands there twice.
 */
export function extractCookie(header: string | undefined, name: string): string | undefined {
  const token = readCookie(header, name)
  if (token !== undefined && !isTokenText(token)) throw new AuthError('credential_malformed', { reason: 'cookie_not_a_token' })
  return token
}
