import type { AccessTokenClaims } from '../token/index.ts'
import { ORIGIN } from './position.ts'
import type { TokenFacts } from './rule.ts'

/**
 * What the rule reads of an access token, from its claims.
 *
 * Does not check that it has a `rev`: without one the token counts as issued before everything.
 */
export function factsOf(claims: AccessTokenClaims, keyId: string): TokenFacts {
  const user = userOf(claims)
  return Object.freeze({
    issuer: claims.iss,
    client: claims.client_id,
    roles: claims.roles ?? none,
    groups: claims.groups ?? none,
    ...(user !== undefined && { user }),
    ...(claims.sid !== undefined && { session: claims.sid }),
    tokenId: claims.jti,
    keyId,
    rev: claims.rev ?? ORIGIN,
  })
}

const none: readonly string[] = Object.freeze([])

/** RFC 9068 section 2.2: a client that acts for itself is its own subject, and no user. */
export const userOf = ({ sub, client_id }: AccessTokenClaims): string | undefined => (sub === client_id ? undefined : sub)
