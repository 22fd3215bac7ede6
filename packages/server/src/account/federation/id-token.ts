import { AuthError } from 'countersign/core'
import type { FederatedPerson, IdentityProvider } from './identity-provider.ts'

/** OpenID Connect Core 1.0 section 2: `sub` has at most 255 ASCII characters; some use others. */
const MAXIMUM_SUBJECT = 255
const MAXIMUM_SID = 255

/**
 * Reads the claims of an ID token, or those of the UserInfo endpoint.
 *
 * @throws {AuthError} `federation_failed` without a subject.
 */
export function personOf(claims: Readonly<Record<string, unknown>>, { id, issuer }: IdentityProvider): FederatedPerson {
  const { sub, email, email_verified: verified, name, sid, auth_time: authTime, amr } = claims
  const subject = requireText(sub, id, 'sub')
  if (subject.length > MAXIMUM_SUBJECT || !subject.isWellFormed() || subject.includes('\0')) throw failed(id, 'sub')
  return {
    issuer,
    subject,
    email: typeof email === 'string' ? email : undefined,
    // A provider that does not say so has not verified it. One large one writes the truth as a text.
    isEmailVerified: verified === true || verified === 'true',
    name: typeof name === 'string' ? name : undefined,
    sid: typeof sid === 'string' && sid !== '' && sid.length <= MAXIMUM_SID ? sid : undefined,
    authenticatedAt: typeof authTime === 'number' && Number.isSafeInteger(authTime) && authTime > 0 ? authTime : undefined,
    isMultiFactor: Array.isArray(amr) && amr.includes('mfa'),
  }
}

/** @throws {AuthError} `federation_failed`. */
export function requireText(value: unknown, provider: string, claim: string): string {
  if (typeof value !== 'string' || value === '') throw failed(provider, claim)
  return value
}

const failed = (provider: string, claim: string): AuthError => new AuthError('federation_failed', { provider, claim })
