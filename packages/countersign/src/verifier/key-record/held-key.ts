import { type EpochSeconds, type Principal, toEpochSeconds } from '../../core/index.ts'
import type { PreparedFacts, TokenFacts } from '../../revocation/index.ts'
import type { RecheckMemory } from '../recheck.ts'
import type { RevocationView } from '../verify.ts'
import type { AccessKeyRecord } from './access-key-record.ts'

/** A record while it is held: who it speaks for, and what can revoke it. */
export interface HeldKey {
  readonly record: AccessKeyRecord
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

export function holdKey(record: AccessKeyRecord, issuer: string, view: RevocationView, askedAtMs: number): HeldKey {
  const now = toEpochSeconds(view.now())
  const ownMs = record.expiresAt === undefined ? MAX_AGE_MS : (record.expiresAt - now) * 1000
  const lifeMs = Math.min(MAX_AGE_MS, ownMs)
  return {
    record,
    principal: principalOf(record, issuer, now, now + Math.floor(lifeMs / 1000)),
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
function factsOf({ id, user, session, roles, groups, rev }: AccessKeyRecord, issuer: string): TokenFacts {
  return Object.freeze({ issuer, client: id, user, session, roles, groups, tokenId: id, keyId: id, rev })
}

function principalOf(record: AccessKeyRecord, issuer: string, issuedAt: EpochSeconds, expiresAt: EpochSeconds): Principal {
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
    methods: SIGNED,
    tokenId: id,
    issuedAt,
    expiresAt,
  })
}

const SIGNED: readonly string[] = Object.freeze(['signature'])
