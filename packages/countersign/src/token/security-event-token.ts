import { isJsonObject } from '../core/json.ts'
import type { EpochSeconds } from '../core/platform.ts'
import type { JwsAlgorithm } from '../crypto/index.ts'
import type { AnySigningKey, KeySet } from '../key/index.ts'
import { claimInvalid, requireId, requireTime } from './claim.ts'
import { signJws, verifyJws } from './jws.ts'

/** RFC 8417 section 2.3. */
export const SECURITY_EVENT_TYPE = 'secevent+jwt'

/** The claims of a security event token (RFC 8417 section 2.2). */
export interface SecurityEventClaims {
  readonly iss: string
  readonly aud?: string | readonly string[]
  readonly iat: EpochSeconds
  readonly jti: string
  /** What several tokens about one occurrence have in common. */
  readonly txn?: string
  /** Whom it is about (RFC 9493), as Shared Signals 1.0 has it. */
  readonly sub_id?: Readonly<Record<string, unknown>>
  /** By the URI of its type, each event; several describe one thing that happened. */
  readonly events: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

export interface SecurityEventExpectation {
  readonly issuer: string
  readonly audience: string
  /** Never taken from the token. */
  readonly algorithms: readonly JwsAlgorithm[]
  readonly now: EpochSeconds
  readonly clockToleranceSeconds?: number
}

const DEFAULT_CLOCK_TOLERANCE_SECONDS = 5
const MAX_LENGTH = 65_536
/** One thing that happened is seldom told in more than two ways. */
const MAX_EVENTS = 32

/** Signs a security event token. Does not check the claims. */
export const signSecurityEventToken = (claims: SecurityEventClaims, key: AnySigningKey): string => signJws(SECURITY_EVENT_TYPE, claims, key)

/**
 * Verifies a security event token: the JWS, then type, issuer, audience, time of issue, and the form of its claims.
 *
 * Does not check that it was not received before, nor how old it is: events may be told late. Does not check what the events mean.
 *
 * @returns the claims, frozen. Members that RFC 8417 does not know are in them, unchecked.
 * @throws {AuthError} `credential_malformed`, `token_invalid`.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8417#section-2}
 */
export function verifySecurityEventToken(compact: string, keys: KeySet, expect: SecurityEventExpectation): SecurityEventClaims {
  const { payload } = verifyJws(compact, keys, { type: SECURITY_EVENT_TYPE, algorithms: expect.algorithms, maxLength: MAX_LENGTH })
  if (payload['iss'] !== expect.issuer) throw claimInvalid('iss')
  const claims = requireSecurityEventClaims(payload)
  const { aud = [] } = claims
  if (!(typeof aud === 'string' ? [aud] : aud).includes(expect.audience)) throw claimInvalid('aud')
  if (claims.iat > expect.now + (expect.clockToleranceSeconds ?? DEFAULT_CLOCK_TOLERANCE_SECONDS)) throw claimInvalid('iat')
  return claims
}

/**
 * Checks the form of the claims of a security event token whose authenticity is settled.
 *
 * @returns the same object, frozen.
 * @throws {AuthError} `token_invalid`.
 */
export function requireSecurityEventClaims(payload: Readonly<Record<string, unknown>>): SecurityEventClaims {
  const { iss, iat, jti, aud, sub_id: subject, events } = payload
  requireId(iss, 'iss')
  requireTime(iat, 'iat')
  requireId(jti, 'jti')
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  if (aud !== undefined && !audiences.every((each) => typeof each === 'string')) throw claimInvalid('aud')
  if (subject !== undefined && !isJsonObject(subject)) throw claimInvalid('sub_id')
  // Section 2.2: at least one, each with an object, empty where there is nothing to say.
  const all = isJsonObject(events) ? Object.values(events) : []
  if (all.length === 0 || all.length > MAX_EVENTS || !all.every(isJsonObject)) throw claimInvalid('events')
  // The only cast, next to the checks of every member that the type names.
  return Object.freeze(payload) as unknown as SecurityEventClaims
}
