import type { EpochSeconds } from '../core/index.ts'
import type { CutoffIndex, PreparedTargets } from './cutoff-index.ts'
import type { Position } from './position.ts'
import type { Target } from './target.ts'

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
  /** What it was exchanged for: it ends with each of them. Their roles and groups stand among its own. */
  readonly origins?: readonly OriginFacts[] | undefined
  /** `iat` of a token of another issuer, which carries no `rev`. */
  readonly issuedAt?: EpochSeconds | undefined
}

/** What the rule reads of a token that another one was exchanged for. */
export type OriginFacts = Pick<TokenFacts, 'client' | 'tokenId' | 'keyId'>

/** The targets that apply to a token, hashed once: for tokens that are looked at again and again. */
export interface PreparedFacts {
  /** Their cut-offs kill what is older. */
  readonly relative: PreparedTargets
  /** Their cut-offs kill whatever `rev` says. */
  readonly absolute: PreparedTargets
}

/** Older than every cut-off. */
const BEFORE_ALL: Position = -1
const NONE: readonly OriginFacts[] = Object.freeze([])

/**
 * Names and hashes the targets that apply to a token. Two of them are absolute. A revoked key is dead whatever `rev` says: who holds it
 * can claim any `rev`. A revoked token is named itself; no later one has its `jti`.
 */
export function prepareFacts(index: CutoffIndex, facts: TokenFacts): PreparedFacts {
  const { client, user, session, roles, groups, origins = NONE } = facts
  const relative: Target[] = [{ kind: 'client', id: client }]
  if (user !== undefined) relative.push({ kind: 'user', id: user })
  if (session !== undefined) relative.push({ kind: 'session', id: session })
  for (const id of roles) relative.push({ kind: 'role', id })
  for (const id of groups) relative.push({ kind: 'group', id })
  const absolute: Target[] = []
  for (const { client: id } of origins) relative.push({ kind: 'client', id })
  for (const { tokenId, keyId } of [facts, ...origins]) absolute.push({ kind: 'token', id: tokenId }, { kind: 'key', id: keyId })
  return { relative: index.prepare(relative), absolute: index.prepare(absolute) }
}

/**
 * The one composed check: a token is revoked if and only if its `rev` is before the newest cut-off that applies to it.
 * No clock takes part, so nothing lives or dies wrongly within the same second.
 *
 * Does not check that the index is fresh, nor that the token's issuer is the one whose log was indexed.
 *
 * @param prepared What `prepareFacts` says of these facts and this index.
 */
export function isRevoked(index: CutoffIndex, facts: TokenFacts, prepared?: PreparedFacts): boolean {
  const { rev } = facts
  if (rev < index.newest('everyone', '') || rev < index.newest('issuer', '')) return true
  const { relative, absolute } = prepared ?? prepareFacts(index, facts)
  return index.cutsOff(relative, rev) || index.cutsOff(absolute, BEFORE_ALL)
}
