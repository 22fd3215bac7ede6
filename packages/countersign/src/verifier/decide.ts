import type { EpochSeconds } from '../core/platform.ts'
import type { Principal } from '../core/principal.ts'
import { AuthError } from '../core/refusal.ts'
import type { RouteRule } from './requirement.ts'

/**
 * Whether a proven caller may do this: scope, then role, then how recently they signed in.
 *
 * @throws {AuthError} `scope_insufficient`, `role_insufficient`, `step_up_required`.
 */
export function decide(principal: Principal, rule: RouteRule, now: EpochSeconds): Principal {
  if (rule.isOpen) return principal
  for (const scope of rule.scope) {
    if (!principal.scope.includes(scope)) throw new AuthError('scope_insufficient', { client: principal.client })
  }
  if (rule.role !== undefined && !principal.roles.includes(rule.role)) {
    throw new AuthError('role_insufficient', { client: principal.client })
  }
  if (rule.maxAuthAgeSeconds !== undefined) requireRecentSignIn(principal, rule.maxAuthAgeSeconds, now)
  return principal
}

/** A credential that does not say when its user signed in was not made by a recent sign-in. */
function requireRecentSignIn(principal: Principal, maxAgeSeconds: number, now: EpochSeconds): void {
  const at = principal.authenticatedAt
  if (at === undefined || now - at > maxAgeSeconds) throw new AuthError('step_up_required', { maxAgeSeconds })
}
