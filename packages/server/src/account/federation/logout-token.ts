import { AuthError, isJsonObject } from 'countersign/core'
import type { IdentityProvider } from './identity-provider.ts'

/** What a logout token says has ended (OpenID Connect Back-Channel Logout 1.0 section 2.4). */
export interface LogoutClaims {
  readonly jti: string
  readonly subject: string | undefined
  readonly sid: string | undefined
  /** Later it is refused for its age. */
  readonly expiresAtSeconds: number
}

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
const CLOCK_SKEW_SECONDS = 60
/** Without `exp` of its own. */
const LIFE_SECONDS = 300
/** With one: a token that could be kept for a week would have to be remembered for a week. */
const LONGEST_LIFE_SECONDS = 3600
const MAXIMUM_TEXT = 255

/**
 * Checks the claims of a logout token whose signature was verified (section 2.6). Does not check whether it was received before.
 *
 * @throws {AuthError} `federation_failed`.
 */
export function logoutClaims(
  claims: Readonly<Record<string, unknown>>,
  { id: provider, issuer, clientId }: IdentityProvider,
  now: number,
): LogoutClaims {
  const { iss, aud, iat, exp, jti, events, sub, sid, nonce } = claims
  const require = (isRight: boolean, claim: string): void => {
    if (!isRight) throw new AuthError('federation_failed', { provider, claim })
  }
  require(iss === issuer, 'iss')
  require((Array.isArray(aud) ? aud : [aud]).includes(clientId), 'aud')
  // So that no ID token passes for one.
  require(nonce === undefined, 'nonce')
  require(isJsonObject(events) && isJsonObject(events[EVENT]), 'events')
  require(typeof iat === 'number' && iat <= now + CLOCK_SKEW_SECONDS, 'iat')
  const issuedAt = iat as number // checked in the line before
  const end = typeof exp === 'number' ? Math.min(exp, issuedAt + LONGEST_LIFE_SECONDS) : issuedAt + LIFE_SECONDS
  require(end > now - CLOCK_SKEW_SECONDS, 'exp')
  const text = (value: unknown, claim: string): string | undefined => {
    if (value === undefined) return undefined
    const isText = typeof value === 'string' && value !== '' && value.length <= MAXIMUM_TEXT && !value.includes('\0')
    require(isText, claim)
    return isText ? value : undefined
  }
  const named = { subject: text(sub, 'sub'), sid: text(sid, 'sid') }
  require(named.subject !== undefined || named.sid !== undefined, 'sub')
  const id = text(jti, 'jti') ?? ''
  require(id !== '', 'jti')
  return { ...named, jti: id, expiresAtSeconds: end + CLOCK_SKEW_SECONDS }
}
