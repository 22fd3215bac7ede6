import { AuthError } from '../core/refusal.ts'
import { tracesMatch } from '../token/index.ts'
import type { PresentedCredentials } from './credential.ts'
import type { LoginRule } from './login-rule.ts'
import { addressOf, type PublicPlace } from './public-origin.ts'
import type { VerifiedToken } from './verified-token.ts'

/**
 * Whether a request comes from where, and from what, its user signed in, as far as the route asks. A token that does not say it, and a request of which it
 * is not known, are the same as nothing.
 *
 * @param token Undefined for a request that was signed with a key: nobody has signed in for it.
 * @throws {AuthError} `step_up_required`: after a new login the new place counts.
 */
export function requireLoginPlace(
  token: Pick<VerifiedToken, 'principal' | 'login' | 'confirmation'> | undefined,
  { arrival }: Pick<PresentedCredentials, 'arrival'>,
  { sameAddress, sameDevice }: LoginRule,
  place: PublicPlace,
): void {
  const { login, principal, confirmation } = token ?? {}
  if (sameAddress) {
    const address = arrival === undefined ? undefined : addressOf(arrival, place)
    if (!tracesMatch(login, principal?.session, 'address', address)) throw otherThanLogin('address')
  }
  // Whoever proves to hold the key that the session began with has its device, whatever that says of itself.
  if (sameDevice && confirmation?.dpopKey === undefined) {
    const userAgent = arrival?.values('user-agent')?.join(', ')
    if (!tracesMatch(login, principal?.session, 'userAgent', userAgent)) throw otherThanLogin('device')
  }
}

const otherThanLogin = (trait: string): AuthError => new AuthError('step_up_required', { reason: `other_${trait}_than_at_login` })
