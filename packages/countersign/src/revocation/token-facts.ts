import type { AccessTokenClaims, TokenOrigin } from '../token/index.ts'
import { ORIGIN } from './position.ts'
import type { OriginFacts, TokenFacts } from './rule.ts'

/**
 * What the rule reads of an access token, from its claims.
 *
 * Does not check that it has a `rev`: without one the token counts as issued before everything.
 */
export function factsOf(claims: AccessTokenClaims, keyId: string): TokenFacts {
  const user = userOf(claims)
  const { origin } = claims
  return Object.freeze({
    issuer: claims.iss,
    client: claims.client_id,
    // A token that was exchanged says less than the one before it, and depends on all that one said.
    roles: origin === undefined ? (claims.roles ?? none) : allOf(claims.roles, origin, 'roles'),
    groups: origin === undefined ? (claims.groups ?? none) : allOf(claims.groups, origin, 'groups'),
    ...(origin !== undefined && { origins: origin.map(originFacts) }),
    ...(user !== undefined && { user }),
    ...(claims.sid !== undefined && { session: claims.sid }),
    tokenId: claims.jti,
    keyId,
    rev: claims.rev ?? ORIGIN,
  })
}

const none: readonly string[] = Object.freeze([])

const originFacts = ({ jti, client_id, kid }: TokenOrigin): OriginFacts => ({ client: client_id, tokenId: jti, keyId: kid })

const allOf = (own: readonly string[] = none, origins: readonly TokenOrigin[], member: 'roles' | 'groups'): readonly string[] => [
  ...new Set([...own, ...origins.flatMap((origin) => origin[member] ?? none)]),
]

/** RFC 9068 section 2.2: a client that acts for itself is its own subject, and no user. */
export const userOf = ({ sub, client_id }: AccessTokenClaims): string | undefined => (sub === client_id ? undefined : sub)
