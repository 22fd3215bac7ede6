import type { EpochSeconds } from '../core/platform.ts'
import type { Principal } from '../core/principal.ts'
import { AuthError } from '../core/refusal.ts'
import type { LoginRule } from './login-rule.ts'
import type { RouteRule } from './requirement.ts'

/**
 * Whether a proven caller may do this: scope, then role, then how recently, how strongly and by what they signed in. Does not check from where: see
 * `requireLoginPlace`.
 *
 * @throws {AuthError} `scope_insufficient`, `role_insufficient`, `step_up_required`.
 */
export function decide(principal: Principal, rule: RouteRule, now: EpochSeconds): Principal {
  if (rule.isOpen) return principal
  for (const scope of rule.scope) {
    if (!principal.scope.includes(scope))
      throw new AuthError('scope_insufficient', { client: principal.client, subject: principal.subject })
  }
  if (rule.role !== undefined && !principal.roles.includes(rule.role)) {
    throw new AuthError('role_insufficient', { client: principal.client, subject: principal.subject })
  }
  if (rule.maxAuthAgeSeconds !== undefined) requireRecentSignIn(principal, rule.maxAuthAgeSeconds, now)
  if (rule.login !== undefined) requireStrongSignIn(principal, rule.login)
  return principal
}

/** What also satisfies who asks for the first. */
const stronger: Readonly<Record<string, string>> = { mfa: 'phr' }

function requireStrongSignIn({ acr, methods }: Principal, wanted: LoginRule): void {
  const isStrong = wanted.acr.length === 0 || (acr !== undefined && wanted.acr.some((each) => acr === each || acr === stronger[each]))
  if (!isStrong) throw new AuthError('step_up_required', { acr: wanted.acr.join(' ') })
  const missing = wanted.methods.find((method) => !methods.includes(method))
  if (missing !== undefined) throw new AuthError('step_up_required', { method: missing })
}

/** A credential that does not say when its user signed in was not made by a recent sign-in. */
function requireRecentSignIn(principal: Principal, maxAgeSeconds: number, now: EpochSeconds): void {
  const at = principal.authenticatedAt
  if (at === undefined || now - at > maxAgeSeconds) throw new AuthError('step_up_required', { maxAgeSeconds })
}
