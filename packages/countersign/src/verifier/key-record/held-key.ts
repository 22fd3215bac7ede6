import { type EpochSeconds, type Principal, toEpochSeconds } from '../../core/index.ts'
import type { PreparedFacts, TokenFacts } from '../../revocation/index.ts'
import type { RecheckMemory } from '../recheck.ts'
import type { RevocationView } from '../verify.ts'
import type { KeyFacts } from './record-member.ts'

/** A record while it is held: who it speaks for, and what can revoke it. */
export interface HeldKey<Record extends KeyFacts = KeyFacts> {
  readonly record: Record
  /** One for all requests of the key. */
  readonly principal: Principal
  readonly facts: TokenFacts
  prepared: PreparedFacts | undefined
  /** `moved` of the replica when it was last found unrevoked; -1 before that. */
  clearAt: number
  /** When it was asked for, on the monotonic clock. */
  readonly askedAtMs: number
  /** From then on it is asked for again. */
  readonly goodUntilMs: number
  readonly recheck: RecheckMemory
}

/** However good it looks, it is asked for again after so long. */
const MAX_AGE_MS = 300_000

export interface HoldingGround {
  readonly issuer: string
  readonly view: RevocationView
  readonly askedAtMs: number
  /** How its holder proves to have it. */
  readonly methods: readonly string[]
}

export function holdKey<Record extends KeyFacts>(record: Record, { issuer, view, askedAtMs, methods }: HoldingGround): HeldKey<Record> {
  const now = toEpochSeconds(view.now())
  const ownMs = record.expiresAt === undefined ? MAX_AGE_MS : (record.expiresAt - now) * 1000
  const lifeMs = Math.min(MAX_AGE_MS, ownMs)
  return {
    record,
    principal: principalOf(record, { issuer, methods, issuedAt: now, expiresAt: now + Math.floor(lifeMs / 1000) }),
    facts: factsOf(record, issuer),
    prepared: undefined,
    clearAt: -1,
    askedAtMs,
    goodUntilMs: askedAtMs + lifeMs,
    recheck: { checkedAt: now, requestsSince: 0 },
  }
}

/** Whether the log kills what was told: then something of it has changed, or all of it. */
export function isCutOff(held: HeldKey, view: RevocationView): boolean {
  // The log has not moved since it was last found unrevoked: it still is.
  if (held.clearAt === view.moved) return false
  held.prepared ??= view.prepare(held.facts)
  if (view.isRevoked(held.facts, held.prepared)) return true
  held.clearAt = view.moved
  return false
}

/** The key is the client, and has no other name: whoever revokes it as a token or as a key means it too. */
function factsOf({ id, user, session, roles, groups, rev }: KeyFacts, issuer: string): TokenFacts {
  return Object.freeze({ issuer, client: id, user, session, roles, groups, tokenId: id, keyId: id, rev })
}

interface Standing {
  readonly issuer: string
  readonly methods: readonly string[]
  readonly issuedAt: EpochSeconds
  readonly expiresAt: EpochSeconds
}

function principalOf(record: KeyFacts, { issuer, methods, issuedAt, expiresAt }: Standing): Principal {
  const { id, subject, user, session, roles, groups, scope } = record
  return Object.freeze({
    issuer,
    subject,
    user,
    session,
    client: id,
    roles,
    groups,
    scope,
    // A key proves that somebody holds it, not that its owner was there.
    authenticatedAt: undefined,
    methods,
    tokenId: id,
    issuedAt,
    expiresAt,
  })
}
