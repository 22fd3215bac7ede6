import type { CutoffIndex } from './old-index.tmp.ts'
import { ORIGIN, type Position } from './position.ts'

/** What the rule reads of a verified token. */
export interface TokenFacts {
  readonly issuer: string
  readonly client: string
  readonly roles: readonly string[]
  readonly groups: readonly string[]
  readonly user?: string | undefined
  readonly session?: string | undefined
  /** `jti`. */
  readonly tokenId: string
  /** `kid` of the key that signed the token. */
  readonly keyId: string
  /** The position of the log that the issuing transaction saw. */
  readonly rev: Position
}

/**
 * The one composed check: a token is revoked if and only if its `rev` is before the newest cut-off that applies to it.
 * No clock takes part, so nothing lives or dies wrongly within the same second.
 *
 * Two targets are absolute. A revoked key is dead whatever `rev` says: who holds it can claim any `rev`. A revoked token
 * is named itself; no later one has its `jti`.
 *
 * Does not check that the index is fresh, nor that the token's issuer is the one whose log was indexed.
 */
export function isRevoked(index: CutoffIndex, facts: TokenFacts): boolean {
  const { rev, user, session } = facts
  return (
    rev < index.newest('everyone', '') ||
    rev < index.newest('issuer', '') ||
    rev < index.newest('client', facts.client) ||
    (user !== undefined && rev < index.newest('user', user)) ||
    (session !== undefined && rev < index.newest('session', session)) ||
    index.newest('token', facts.tokenId) !== ORIGIN ||
    index.newest('key', facts.keyId) !== ORIGIN ||
    facts.roles.some((role) => rev < index.newest('role', role)) ||
    facts.groups.some((group) => rev < index.newest('group', group))
  )
}
