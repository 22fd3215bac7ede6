import { AuthError, challengesFor, type Problem, problemOf } from 'countersign/core'
import { DpopError, dpopAlgorithms } from 'countersign/token'
import { ExchangeRefused, FactorRequired } from '../session/index.ts'
import { type FieldError, InvalidRequest } from './field-error.ts'

/** What kind of credential the refused address accepts; it decides which challenge a 401 carries. */
export interface Refused {
  readonly requestId: string
  /** The route authenticates its caller, so a 401 tells how (RFC 9110 section 11.6.1). */
  readonly realm: string | undefined
  readonly allow?: readonly string[]
  /** What the next proof of possession has to hold. */
  readonly dpopNonce?: string | undefined
}

/** Refusals that end by themselves: tell the caller when to ask again. */
const retryAfterSeconds: Readonly<Partial<Record<AuthError['code'], number>>> = {
  revocation_unknown: 1,
  overloaded: 1,
  provider_unavailable: 10,
  unavailable: 2,
  rate_limited: 10,
}

/** In how many seconds to ask again; undefined for what does not end by itself. */
export function retryAfterOf({ code, detail }: AuthError): string | undefined {
  const seconds = detail['retryAfterSeconds'] ?? retryAfterSeconds[code]
  return seconds === undefined ? undefined : String(seconds)
}

/** Anything that is not a refusal is our fault, and a stranger learns no more than that. */
export const asRefusal = (error: unknown): AuthError =>
  error instanceof AuthError ? error : new AuthError('internal', {}, { cause: error })

/** What the domain finds wrong with a value it names by pointer, as the schemas do. */
function fieldErrors(refusal: AuthError): readonly FieldError[] | undefined {
  if (refusal instanceof InvalidRequest) return refusal.errors
  const { pointer, problem } = refusal.detail
  const isFinding = refusal.code === 'request_invalid' && typeof pointer === 'string' && typeof problem === 'string'
  return isFinding ? [{ pointer, detail: problem }] : undefined
}

function documentOf(refusal: AuthError, instance: string): Problem {
  const errors = fieldErrors(refusal)
  const factors = refusal instanceof FactorRequired ? { factors: refusal.factors, factor_ticket: refusal.ticket } : {}
  const { maxAgeSeconds } = refusal.detail
  const terms = refusal.code === 'step_up_required' && maxAgeSeconds !== undefined ? { max_age: maxAgeSeconds } : {}
  const exchange = refusal instanceof ExchangeRefused ? { error: refusal.error } : {}
  return problemOf(refusal, { instance, ...exchange, ...factors, ...terms, ...(errors === undefined ? {} : { errors }) })
}

function challengeOf(refusal: AuthError, realm: string): string {
  if (refusal instanceof DpopError) {
    return challengesFor(refusal, { scheme: 'DPoP', realm, error: 'invalid_dpop_proof', algorithms: dpopAlgorithms.join(' ') })
  }
  const { maxAgeSeconds } = refusal.detail
  return challengesFor(refusal, { scheme: 'Bearer', realm, ...(typeof maxAgeSeconds === 'number' ? { maxAgeSeconds } : {}) })
}

/** The only place that turns a refusal into HTTP (RFC 9457). */
export function problemResponse(refusal: AuthError, { requestId, realm, allow, dpopNonce }: Refused): Response {
  const document = documentOf(refusal, `urn:countersign:request:${requestId}`)
  const headers = new Headers({ 'content-type': 'application/problem+json' })
  if (document.status === 401 && realm !== undefined) headers.set('www-authenticate', challengeOf(refusal, realm))
  if (refusal instanceof DpopError && dpopNonce !== undefined) headers.set('dpop-nonce', dpopNonce)
  const retryAfter = retryAfterOf(refusal)
  if (retryAfter !== undefined) headers.set('retry-after', retryAfter)
  if (allow !== undefined) headers.set('allow', allow.join(', '))
  return new Response(JSON.stringify(document), { status: document.status, headers })
}
