import { AuthError } from '../../core/refusal.ts'
import type { RequestMessage } from '../message.ts'
import type { RequestJwtClaims } from './claims.ts'
import { malformedJwt } from './malformed.ts'

export interface RequestJwtPolicyOptions {
  /** The longest life, `exp` less `iat`, in seconds: 1 to 120. Default 120. */
  readonly maxLifeSeconds?: number
  /**
   * How much of the request the claims have to name: `target` (`htm`, and `htu` with the query), `path` (`htu` without the query is
   * enough, as in DPoP), or `nothing`. What they do name has to be right in any case. Default `target`.
   */
  readonly binds?: 'target' | 'path' | 'nothing'
  /** Whether a request may have a body that its JWT does not name. Default `false`. */
  readonly unsignedPayload?: boolean
  /** The `typ` of such a JWT. Default `req+jwt`; never one that access tokens have. */
  readonly types?: readonly string[]
}

/** @see RequestJwtPolicyOptions */
export type RequestJwtPolicy = Readonly<Required<RequestJwtPolicyOptions>>

const LONGEST_LIFE_SECONDS = 120

/** @throws {RangeError} The life is out of bounds, or no type or that of an access token is named. */
export function requestJwtPolicy(options: RequestJwtPolicyOptions = {}): RequestJwtPolicy {
  const policy = { maxLifeSeconds: LONGEST_LIFE_SECONDS, binds: 'target', unsignedPayload: false, types: ['req+jwt'], ...options } as const
  const { maxLifeSeconds, types } = policy
  if (!Number.isInteger(maxLifeSeconds) || maxLifeSeconds < 1 || maxLifeSeconds > LONGEST_LIFE_SECONDS)
    throw new RangeError(`a request JWT lives 1 to ${LONGEST_LIFE_SECONDS} seconds`)
  if (types.length === 0 || types.includes('at+jwt') || types.includes('')) throw new RangeError('a request JWT needs a type of its own')
  return Object.freeze({ ...policy, types: types.map((type) => type.toLowerCase()) })
}

/** @throws {AuthError} `credential_malformed`, `signature_incomplete`, `signature_invalid`: as `readRequestJwt` says. */
export function requirePolicy(claims: RequestJwtClaims, message: RequestMessage, { maxLifeSeconds, binds }: RequestJwtPolicy): void {
  const life = claims.expiresAt - claims.issuedAt
  if (life < 1 || life > maxLifeSeconds) throw malformedJwt('exp')
  const { method, uri } = claims
  if (binds !== 'nothing') {
    if (method === undefined) throw incomplete('htm')
    if (uri === undefined) throw incomplete('htu')
  }
  if (method !== undefined && method !== message.method) throw otherRequest('htm')
  if (uri !== undefined) requireUri(uri, message, binds)
}

function requireUri(uri: string, { scheme, authority, target }: RequestMessage, binds: RequestJwtPolicy['binds']): void {
  const whole = `${scheme}://${authority}${target}`
  if (uri === whole) return
  const query = whole.indexOf('?')
  if (uri.includes('?') || query < 0 || uri !== whole.slice(0, query)) throw otherRequest('htu')
  if (binds === 'target') throw incomplete('htu')
}

const incomplete = (missing: string): AuthError => new AuthError('signature_incomplete', { reason: 'request_jwt', missing })
const otherRequest = (claim: string): AuthError => new AuthError('signature_invalid', { reason: 'request_jwt', claim })
