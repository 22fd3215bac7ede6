import { AuthError, isJsonObject } from '../../core/index.ts'
import { sha256Base64url } from '../../crypto/index.ts'
import { foreignId } from '../../revocation/index.ts'
import type { AccessTokenClaims } from '../../token/index.ts'
import type { ClaimPath, ForeignIssuerSettings } from './foreign-issuer-options.ts'

/** The longest id that a target of the log can hold. What could not be revoked is not accepted. */
const MAX_TARGET_LENGTH = 512
/** Claims of tokens that are no access tokens: ID tokens, and security events with a subject. */
const alienClaims = ['nonce', 'at_hash', 'c_hash', 'events'] as const

/**
 * Brings the claims of another issuer's token into the form of RFC 9068, with our names for what it names: nothing but what is asked
 * for is taken over. Checks no claim's meaning: `requireAccessTokenClaims` does.
 *
 * @param compact The token itself, for the name of one that has no `jti`.
 * @throws {AuthError} `token_invalid`: a token of another kind, or an id that the log could not name.
 */
export function commonClaims(
  payload: Readonly<Record<string, unknown>>,
  compact: string,
  { issuer, tokenType, claims: paths }: ForeignIssuerSettings,
): Readonly<Record<string, unknown>> {
  if (tokenType === 'jwt') requireNoOtherKind(payload)
  const at = (path: ClaimPath | undefined): unknown => (path === undefined ? undefined : valueAt(payload, path))
  const { iss, sub, aud, iat, exp, nbf, jti, auth_time, amr, acr, cnf } = payload
  const client = paths.client === undefined ? (payload['client_id'] ?? payload['azp']) : at(paths.client)
  const session = at(paths.session ?? 'sid')
  const named = (id: unknown, claim: string): string => nameOf(issuer, id, claim)
  const claims = {
    iss,
    sub: named(sub, 'sub'),
    aud,
    client_id: named(client, 'client_id'),
    iat,
    exp,
    nbf,
    jti: named(jti ?? (tokenType === 'jwt' ? digestOf(compact) : undefined), 'jti'),
    sid: session === undefined ? undefined : named(session, 'sid'),
    scope: asScope(at(paths.scope ?? 'scope')),
    roles: at(paths.roles),
    groups: at(paths.groups),
    auth_time,
    amr,
    acr,
    cnf,
  } satisfies { [Name in keyof AccessTokenClaims]?: unknown }
  return claims
}

/** A plain JWT says less of what it is for; what says that it is something else is believed. Keycloak names the kind in a claim `typ`. */
function requireNoOtherKind(payload: Readonly<Record<string, unknown>>): void {
  const { typ } = payload
  const isBearer = typ === undefined || (typeof typ === 'string' && typ.toLowerCase() === 'bearer')
  if (!isBearer || alienClaims.some((name) => payload[name] !== undefined))
    throw new AuthError('token_invalid', { reason: 'no_access_token' })
}

function nameOf(issuer: string, id: unknown, claim: string): string {
  if (typeof id !== 'string' || id === '') throw invalid(claim)
  const name = foreignId(issuer, id)
  if (name.length > MAX_TARGET_LENGTH || /\p{Cc}/u.test(name)) throw invalid(claim)
  return name
}

/** Of what was signed: two encodings of one signature are one token. */
const digestOf = (compact: string): string => `sha256:${sha256Base64url(compact.slice(0, compact.lastIndexOf('.')))}`

const asScope = (value: unknown): unknown =>
  Array.isArray(value) && value.every((item) => typeof item === 'string') ? value.join(' ') : value

function valueAt(payload: Readonly<Record<string, unknown>>, path: ClaimPath): unknown {
  if (typeof path === 'string') return payload[path]
  let value: unknown = payload
  for (const name of path) value = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return value
}

const invalid = (claim: string): AuthError => new AuthError('token_invalid', { reason: 'claim', claim })
