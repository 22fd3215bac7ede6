import type { EpochSeconds } from '../core/platform.ts'
import type { Principal } from '../core/principal.ts'
import { AuthError } from '../core/refusal.ts'
import type { KeySet, VerificationKey } from '../key/index.ts'
import type { TokenFacts } from '../revocation/index.ts'
import type { AccessTokenClaims, VerifiedAccessToken } from '../token/index.ts'

/** All that was found out about a token once: who it speaks for, what can revoke it, and how long the finding holds. */
export interface VerifiedToken {
  /** The credential as presented: `Bearer` and the token. */
  readonly text: string
  readonly principal: Principal
  readonly facts: TokenFacts
  /** The key that it was verified with. A finding does not outlive its key. */
  readonly key: VerificationKey
  /** The newest key set that is known to hold that very key. */
  keys: KeySet
  /** The finding holds strictly between these two; at and beyond them the token is verified anew. */
  readonly notBefore: EpochSeconds
  readonly notAfter: EpochSeconds
  /** `moved` of the replica when the token was last found unrevoked; -1 before that. */
  clearAt: number
  /** Found again since the cache last looked for room. */
  used: boolean
}

/**
 * Describes a token whose signature and claims were verified.
 *
 * @throws {AuthError} `token_invalid` when it carries no `rev`: a token of ours that does not say what its issuer had seen
 * could not be told from one that was issued before a revocation. Also when it is bound to a key (RFC 7800): as a bearer token
 * it is used by somebody who did not prove to have the key.
 */
export function describeToken(text: string, { claims, keyId }: VerifiedAccessToken, keys: KeySet, toleranceSeconds: number): VerifiedToken {
  const { rev } = claims
  if (rev === undefined) throw new AuthError('token_invalid', { reason: 'rev_missing' })
  if (claims.cnf !== undefined) throw new AuthError('token_invalid', { reason: 'bound_token_without_proof' })
  const key = keys.find(keyId)
  if (key === undefined) throw new AuthError('token_invalid', { reason: 'unknown_key', kid: keyId })
  const principal = principalOf(claims)
  return {
    text,
    principal,
    facts: Object.freeze({
      issuer: principal.issuer,
      client: principal.client,
      roles: principal.roles,
      groups: principal.groups,
      ...(principal.user !== undefined && { user: principal.user }),
      ...(principal.session !== undefined && { session: principal.session }),
      tokenId: principal.tokenId,
      keyId,
      rev,
    }),
    key,
    keys,
    notBefore: Math.max(claims.iat, claims.nbf ?? 0) - toleranceSeconds,
    notAfter: claims.exp + toleranceSeconds,
    clearAt: -1,
    used: false,
  }
}

function principalOf(claims: AccessTokenClaims): Principal {
  return Object.freeze({
    issuer: claims.iss,
    subject: claims.sub,
    // RFC 9068 section 2.2: a client that acts for itself is its own subject.
    user: claims.sub === claims.client_id ? undefined : claims.sub,
    session: claims.sid,
    client: claims.client_id,
    roles: frozenCopy(claims.roles),
    groups: frozenCopy(claims.groups),
    scope: frozenCopy(claims.scope === undefined || claims.scope === '' ? undefined : claims.scope.split(' ')),
    authenticatedAt: claims.auth_time,
    methods: frozenCopy(claims.amr),
    tokenId: claims.jti,
    issuedAt: claims.iat,
    expiresAt: claims.exp,
  })
}

const frozenCopy = (names: readonly string[] | undefined): readonly string[] => Object.freeze(names === undefined ? [] : [...names])
