import type { EpochSeconds } from '../core/platform.ts'
import type { Principal } from '../core/principal.ts'
import { AuthError } from '../core/refusal.ts'
import type { KeySet, VerificationKey } from '../key/index.ts'
import { factsOf, type PreparedFacts, type TokenFacts, userOf } from '../revocation/index.ts'
import { type AccessTokenClaims, actorsOf, OPAQUE_KEY_ID, type VerifiedAccessToken } from '../token/index.ts'
import { type Confirmation, parseConfirmation, requireScheme } from './possession/confirmation.ts'
import type { RecheckMemory } from './recheck.ts'
import type { TokenStatus } from './token-status.ts'

/** All that was found out about a token once: who it speaks for, what can revoke it, and how long the finding holds. */
export interface VerifiedToken {
  /** The credential as presented: the scheme and the token. */
  readonly text: string
  readonly principal: Principal
  readonly facts: TokenFacts
  /** What its holder has to prove on every request. The scheme in `text` is the right one for it. */
  readonly confirmation: Confirmation | undefined
  /** From where its user signed in: see `loginTrace`. */
  readonly login?: string | undefined
  /** The key that it was verified with; a finding does not outlive it. Undefined for an opaque token: its issuer was asked. */
  readonly key: VerificationKey | undefined
  /** The newest key set that is known to hold that very key. */
  keys: KeySet
  /** The finding holds strictly between these two; at and beyond them the token is verified anew. */
  readonly notBefore: EpochSeconds
  readonly notAfter: EpochSeconds
  /** `moved` of the replica when the token was last found unrevoked; -1 before that. */
  clearAt: number
  /** The hashed targets of `facts`, from the first time that the log was asked. */
  prepared?: PreparedFacts | undefined
  /** Found again since the cache last looked for room. */
  used: boolean
  readonly recheck: RecheckMemory
  /** Of a token whose issuer publishes status lists that are to be read. */
  readonly status?: TokenStatus | undefined
}

/**
 * Describes a token whose signature and claims were verified.
 *
 * @throws {AuthError} `token_invalid` when it carries no `rev`: a token of ours that does not say what its issuer had seen
 * could not be told from one that was issued before a revocation. Also when it is bound to a key and comes as `Bearer`, when it is not and
 * comes as `DPoP`, and when it is bound to what we know nothing of. Does not check the binding itself: see `Possession`.
 */
export function describeToken(text: string, { claims, keyId }: VerifiedAccessToken, keys: KeySet, toleranceSeconds: number): VerifiedToken {
  const key = keys.find(keyId)
  if (key === undefined) throw new AuthError('token_invalid', { reason: 'unknown_key', kid: keyId })
  return describe(text, claims, { keyId, key, keys }, toleranceSeconds)
}

/**
 * Describes an opaque token by the claims that its issuer has named.
 *
 * @throws {AuthError} `token_invalid`, as `describeToken`.
 */
export function describeOpaqueToken(text: string, claims: AccessTokenClaims, keys: KeySet, toleranceSeconds: number): VerifiedToken {
  return describe(text, claims, { keyId: OPAQUE_KEY_ID, key: undefined, keys }, toleranceSeconds)
}

interface Proof {
  readonly keyId: string
  readonly key: VerificationKey | undefined
  readonly keys: KeySet
}

function describe(text: string, claims: AccessTokenClaims, { keyId, key, keys }: Proof, toleranceSeconds: number): VerifiedToken {
  if (claims.rev === undefined) throw new AuthError('token_invalid', { reason: 'rev_missing' })
  const confirmation = parseConfirmation(claims.cnf)
  requireScheme(text, confirmation)
  return {
    text,
    principal: principalOf(claims),
    facts: factsOf(claims, keyId),
    confirmation,
    login: claims.login,
    key,
    keys,
    notBefore: Math.max(claims.iat, claims.nbf ?? 0) - toleranceSeconds,
    notAfter: claims.exp + toleranceSeconds,
    clearAt: -1,
    prepared: undefined,
    used: false,
    recheck: { checkedAt: claims.iat, requestsSince: -1 },
  }
}

function principalOf(claims: AccessTokenClaims): Principal {
  return Object.freeze({
    issuer: claims.iss,
    subject: claims.sub,
    user: userOf(claims),
    session: claims.sid,
    client: claims.client_id,
    roles: frozenCopy(claims.roles),
    groups: frozenCopy(claims.groups),
    scope: frozenCopy(claims.scope === undefined || claims.scope === '' ? undefined : claims.scope.split(' ')),
    authenticatedAt: claims.auth_time,
    methods: frozenCopy(claims.amr),
    ...(claims.acr === undefined ? {} : { acr: claims.acr }),
    ...(claims.act === undefined ? {} : actorOf(claims)),
    tokenId: claims.jti,
    issuedAt: claims.iat,
    expiresAt: claims.exp,
  })
}

function actorOf(claims: AccessTokenClaims): Pick<Principal, 'actor' | 'actors'> {
  const actors = Object.freeze(actorsOf(claims))
  return { actor: actors[0], actors }
}

const frozenCopy = (names: readonly string[] | undefined): readonly string[] => Object.freeze(names === undefined ? [] : [...names])
