import { challengesFor, problemOf } from '../core/problem.ts'
import { AuthError, refusals } from '../core/refusal.ts'
import type { RouteRule } from './requirement.ts'

/** A refusal as HTTP says it. */
export interface Refusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** An `application/problem+json` document (RFC 9457). */
  readonly body: string
}

/** When to ask again: a feed that broke off is back, at the latest, after its longest back-off. */
const RETRY_AFTER_SECONDS = 5

/**
 * Turns what was thrown into an answer: the only place of the verifier that speaks HTTP. Whatever is not a refusal is a defect
 * or an exhausted machine, and denies.
 */
export function respond(thrown: unknown, rule: RouteRule): Refusal {
  const error = thrown instanceof AuthError ? thrown : new AuthError('internal')
  const status: number = refusals[error.code].status
  const body = JSON.stringify(problemOf(error))
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    'content-length': String(new TextEncoder().encode(body).length),
    'cache-control': 'no-store',
  }
  if (status === 401 || error.code === 'scope_insufficient') headers['www-authenticate'] = challenge(error, rule)
  if (status === 503) headers['retry-after'] = String(RETRY_AFTER_SECONDS)
  return { status, headers, body }
}

function challenge(error: AuthError, rule: RouteRule): string {
  return challengesFor(error, {
    scheme: 'Bearer',
    ...(error.code === 'scope_insufficient' && { scope: rule.scope.join(' ') }),
    ...(error.code === 'step_up_required' && rule.maxAuthAgeSeconds !== undefined && { maxAgeSeconds: rule.maxAuthAgeSeconds }),
  })
}
