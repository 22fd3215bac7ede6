import type { EpochSeconds } from '../core/platform.ts'
import { AuthError } from '../core/refusal.ts'
import type { JwsAlgorithm } from '../crypto/index.ts'
import type { AnySigningKey, KeySet } from '../key/index.ts'
import { claimInvalid, requireId, requireObject, requirePosition, requireText, requireTexts, requireTime } from './claim.ts'
import { requireActor, requireOrigins, type TokenOrigin } from './token-origin.ts'
import { signJws, signJwsInBackground, verifyJws } from './jws.ts'

/** RFC 9068 section 2.1. */
export const ACCESS_TOKEN_TYPE = 'at+jwt'

/** Opaque access tokens begin like this; only their issuer can read them. */
export const OPAQUE_TOKEN_PREFIX = 'cs_at_'

/** Stands for the key of an opaque token, which stays with its issuer. No thumbprint, and so no `kid` of ours, is spelled like this. */
export const OPAQUE_KEY_ID = 'opaque:'

const DEFAULT_CLOCK_TOLERANCE_SECONDS = 5
const DEFAULT_MAX_LIFETIME_SECONDS = 3600

/** The claims of an access token (RFC 9068 section 2.2) and our own `rev`: the log position that its issuing saw. */
export interface AccessTokenClaims {
  readonly iss: string
  readonly sub: string
  readonly aud: string | readonly string[]
  readonly client_id: string
  readonly iat: EpochSeconds
  readonly exp: EpochSeconds
  readonly jti: string
  readonly nbf?: EpochSeconds
  readonly sid?: string
  readonly rev?: number
  readonly scope?: string
  readonly roles?: readonly string[]
  readonly groups?: readonly string[]
  readonly auth_time?: EpochSeconds
  readonly amr?: readonly string[]
  readonly acr?: string
  readonly cnf?: Readonly<Record<string, unknown>>
  /** From where, and on what, the user signed in: see `loginTrace`. */
  readonly login?: string
  /** RFC 8693 section 4.1: the service that acts for the user, and in it the one that it was before. */
  readonly act?: Readonly<Record<string, unknown>>
  /** What this token was exchanged for, the newest first: it ends with each of them. */
  readonly origin?: readonly TokenOrigin[]
  /** Token Status List section 6: for verifiers that are not ours. */
  readonly status?: Readonly<Record<string, unknown>>
}

export interface AccessTokenExpectation {
  readonly issuer: string
  /** The token has to be for one of them. */
  readonly audience: string | readonly string[]
  /** Never taken from the token. */
  readonly algorithms: readonly JwsAlgorithm[]
  readonly now: EpochSeconds
  /** How far the clocks of issuer and verifier may differ. Default 5. */
  readonly clockToleranceSeconds?: number
  /** The longest `exp - iat` that is accepted. Default 3600. */
  readonly maxLifetimeSeconds?: number
}

export interface VerifiedAccessToken {
  /** Frozen. Members that the profile does not know are in it, unchecked. */
  readonly claims: AccessTokenClaims
  readonly keyId: string
}

/** Signs an access token. Does not check the claims: the issuer has just made them. */
export function signAccessToken(claims: AccessTokenClaims, key: AnySigningKey): string {
  return signJws(ACCESS_TOKEN_TYPE, claims, key)
}

/** As `signAccessToken`, but the cryptography runs on another thread. */
export function signAccessTokenInBackground(claims: AccessTokenClaims, key: AnySigningKey): Promise<string> {
  return signJwsInBackground(ACCESS_TOKEN_TYPE, claims, key)
}

/**
 * Verifies an access token (RFC 9068 section 4): the JWS, then type, issuer, audience, time and the form of each claim.
 *
 * Does not check revocation, possession (`cnf`), scope or role.
 *
 * @throws {AuthError} `credential_malformed`, `token_invalid` (with `reason: 'unknown_key'` and the `kid` before any cryptography),
 *   `token_expired` once `exp` and the clock tolerance have passed.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9068#section-4}
 */
export function verifyAccessToken(compact: string, keys: KeySet, expect: AccessTokenExpectation): VerifiedAccessToken {
  const { payload, keyId } = verifyJws(compact, keys, { type: ACCESS_TOKEN_TYPE, algorithms: expect.algorithms })
  return { claims: requireAccessTokenClaims(payload, expect), keyId }
}

/**
 * Checks the claims of an access token whose authenticity is settled: issuer, audience, time, and the form of each.
 *
 * @returns the same object, frozen.
 * @throws {AuthError} `token_invalid`; `token_expired` once `exp` and the clock tolerance have passed.
 */
export function requireAccessTokenClaims(
  payload: Readonly<Record<string, unknown>>,
  expect: Omit<AccessTokenExpectation, 'algorithms'>,
): AccessTokenClaims {
  const claims = payload as Unchecked<AccessTokenClaims>
  if (claims.iss !== expect.issuer) throw claimInvalid('iss')
  requireAudience(claims.aud, expect.audience)
  requireTimes(claims, expect)
  requireForms(claims)
  // The only cast, next to the checks of every member that the type names.
  return Object.freeze(claims) as unknown as AccessTokenClaims
}

/** The same members, each of which may still be anything or absent. Read by name: a look-up by a variable costs ten times as much. */
type Unchecked<Known> = { readonly [Name in keyof Known]?: unknown }

/** RFC 8725 section 3.9: present, and we are in it. */
function requireAudience(audience: unknown, expected: string | readonly string[]): void {
  if (audience === expected) return
  const names: unknown = typeof audience === 'string' ? [audience] : audience
  requireTexts(names, 'aud')
  const wanted = typeof expected === 'string' ? [expected] : expected
  if (!wanted.some((each) => (names as readonly string[]).includes(each))) throw claimInvalid('aud')
}

function requireTimes(claims: Unchecked<AccessTokenClaims>, expect: Omit<AccessTokenExpectation, 'algorithms'>): void {
  const tolerance = expect.clockToleranceSeconds ?? DEFAULT_CLOCK_TOLERANCE_SECONDS
  const exp = requireTime(claims.exp, 'exp')
  const iat = requireTime(claims.iat, 'iat')
  if (iat > expect.now + tolerance) throw claimInvalid('iat')
  if (exp <= iat || exp - iat > (expect.maxLifetimeSeconds ?? DEFAULT_MAX_LIFETIME_SECONDS)) throw claimInvalid('exp')
  if (claims.nbf !== undefined && requireTime(claims.nbf, 'nbf') > expect.now + tolerance) throw claimInvalid('nbf')
  if (expect.now >= exp + tolerance) throw new AuthError('token_expired', { expiredSeconds: expect.now - exp })
}

function requireForms(claims: Unchecked<AccessTokenClaims>): void {
  requireId(claims.sub, 'sub')
  requireId(claims.client_id, 'client_id')
  requireId(claims.jti, 'jti')
  if (claims.sid !== undefined) requireId(claims.sid, 'sid')
  if (claims.rev !== undefined) requirePosition(claims.rev, 'rev')
  if (claims.scope !== undefined) requireText(claims.scope, 'scope')
  if (claims.roles !== undefined) requireTexts(claims.roles, 'roles')
  if (claims.groups !== undefined) requireTexts(claims.groups, 'groups')
  if (claims.auth_time !== undefined) requireTime(claims.auth_time, 'auth_time')
  if (claims.amr !== undefined) requireTexts(claims.amr, 'amr')
  if (claims.acr !== undefined) requireText(claims.acr, 'acr')
  if (claims.cnf !== undefined) requireObject(claims.cnf, 'cnf')
  if (claims.login !== undefined) requireText(claims.login, 'login')
  if (claims.act !== undefined) requireActor(claims.act)
  if (claims.origin !== undefined) requireOrigins(claims.origin)
}
