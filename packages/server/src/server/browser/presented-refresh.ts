import { AuthError } from 'countersign/core'
import { parseRefreshToken } from '../../session/refresh-token.ts'
import type { Services } from '../services.ts'
import { sessionBinding } from './csrf-guard.ts'
import type { Transport } from './signed-in.ts'

export interface PresentedRefresh {
  readonly refreshToken: string
  readonly transport: Transport
}

/**
 * The refresh token of a request: in its body, or in the cookie. Two that differ are refused, as with access tokens; that of a cookie needs the
 * CSRF token, or a browser's word that our page asks.
 *
 * @throws {AuthError} `credential_missing`, `credential_malformed`, `csrf_refused`, `refresh_invalid`.
 */
export function presentedRefresh(
  request: Request,
  inBody: string | undefined,
  { sessionCookies, csrf }: Pick<Services, 'sessionCookies' | 'csrf'>,
): PresentedRefresh {
  const { refresh: inCookie } = sessionCookies.read(request)
  if (inBody !== undefined) {
    if (inCookie !== undefined && inCookie !== inBody) throw new AuthError('credential_malformed', { reason: 'body_and_cookie_differ' })
    return { refreshToken: inBody, transport: 'json' }
  }
  if (inCookie === undefined) throw new AuthError('credential_missing', { reason: 'no_refresh_token' })
  csrf.requireCsrfOrOwnPage(request, sessionBinding(parseRefreshToken(inCookie).session))
  return { refreshToken: inCookie, transport: 'cookie' }
}
