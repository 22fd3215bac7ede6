import { type ChallengeOptions, challengesFor, problemOf } from '../core/problem.ts'
import { AuthError, refusals } from '../core/refusal.ts'
import { DpopError } from '../token/index.ts'
import type { RouteRule } from './requirement.ts'
import { ExpiredRequest } from './signed-request/time-window.ts'

/** A refusal as HTTP says it. */
export interface Refusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** An `application/problem+json` document (RFC 9457). */
  readonly body: string
}

/** What a client has to know to prove that it has the key of its token. */
export interface DpopTerms {
  readonly nonce: string | undefined
  /** Separated by spaces. */
  readonly algorithms: string
}

/** When to ask again: a feed that broke off is back, at the latest, after its longest back-off. */
const RETRY_AFTER_SECONDS = 5

/**
 * Turns what was thrown into an answer: the only place of the verifier that speaks HTTP. Whatever is not a refusal is a defect
 * or an exhausted machine, and denies.
 *
 * @param basicRealm Given where clients are to be asked for HTTP Basic (RFC 7617) too.
 */
export function respond(thrown: unknown, rule: RouteRule, dpop?: DpopTerms, basicRealm?: string): Refusal {
  const error = thrown instanceof AuthError ? thrown : new AuthError('internal')
  const status: number = refusals[error.code].status
  // The challenge says the same; a page that calls another origin may read the body only.
  const body = JSON.stringify(problemOf(error, error.code === 'step_up_required' ? problemTerms(rule) : undefined))
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    'content-length': String(new TextEncoder().encode(body).length),
    'cache-control': 'no-store',
  }
  if (status === 401 || error.code === 'scope_insufficient') {
    const asked = challenge(error, rule, dpop)
    headers['www-authenticate'] =
      basicRealm === undefined || status !== 401 ? asked : `${asked}, Basic realm="${basicRealm}", charset="UTF-8"`
  }
  if (error instanceof DpopError && dpop?.nonce !== undefined) headers['dpop-nonce'] = dpop.nonce
  const { serverTime } = error.detail
  if (error.code === 'request_expired' && typeof serverTime === 'number') headers['date'] = new Date(serverTime * 1000).toUTCString()
  if (status === 503) headers['retry-after'] = String(RETRY_AFTER_SECONDS)
  if (error.code === 'rate_limited') headers['retry-after'] = String(error.detail['retryAfterSeconds'] ?? RETRY_AFTER_SECONDS)
  return { status, headers, body }
}

function challenge(error: AuthError, rule: RouteRule, dpop: DpopTerms | undefined): string {
  if (error instanceof ExpiredRequest && error.challenge !== undefined) return error.challenge
  if (error instanceof DpopError) return challengesFor(error, { scheme: 'DPoP', error: 'invalid_dpop_proof', algorithms: dpop?.algorithms })
  const bearer = challengesFor(error, {
    scheme: 'Bearer',
    ...(error.code === 'scope_insufficient' && { scope: rule.scope.join(' ') }),
    ...(error.code === 'step_up_required' && stepUpTerms(rule)),
  })
  if (dpop === undefined || refusals[error.code].status !== 401) return bearer
  // RFC 9449 section 7.2: both schemes are taken, each for its own tokens.
  return `${bearer}, ${challengesFor(unauthenticated, { scheme: 'DPoP', algorithms: dpop.algorithms })}`
}

/**
 * What the next sign-in has to be like (RFC 9470 section 3). Where the route asks that it was made from here, the age that it asks for, or none, stands for it:
 * any sign-in of this moment is made from here.
 */
const stepUpTerms = ({ maxAuthAgeSeconds, login }: RouteRule): Partial<ChallengeOptions> => ({
  ...(maxAuthAgeSeconds === undefined ? {} : { maxAgeSeconds: maxAuthAgeSeconds }),
  ...(login === undefined || login.acr.length === 0 ? {} : { acrValues: login.acr.join(' ') }),
  ...(login === undefined || login.methods.length === 0 ? {} : { amrValues: login.methods.join(' ') }),
})

const problemTerms = (rule: RouteRule): Readonly<Record<string, unknown>> => {
  const { maxAgeSeconds: max_age, acrValues: acr_values, amrValues: amr_values } = stepUpTerms(rule)
  return { max_age, acr_values, amr_values }
}

const unauthenticated = new AuthError('credential_missing')
