import type { EpochMs } from '../core/index.ts'
import type { PlacedEntry } from './entry.ts'
import type { TokenFacts } from './rule.ts'
import { isForeignId, type Target, type TargetKind } from './target.ts'

interface Cutoff {
  readonly at: EpochMs
  readonly expiresAt: EpochMs
}

/** Below so many entries it is not worth while to look for what may be forgotten. */
const FIRST_SWEEP_SIZE = 1024

/**
 * The newest cut-off of everything that another issuer has named, by its time: tokens of other issuers carry no `rev`.
 *
 * What is aimed at tokens of the log's own issuer alone is not kept.
 */
export class ForeignCutoffs {
  readonly #cutoffs = new Map<string, Cutoff>()
  /** For good: who holds a leaked key can sign tokens of any `iat`, for as long as its issuer publishes the key. */
  readonly #keys = new Set<string>()
  #sweepAtSize = FIRST_SWEEP_SIZE
  /** The youngest entry: time as the log's issuer has signed it, which no clock of ours pushes forwards. */
  #newestAt: EpochMs = 0

  get size(): number {
    return this.#cutoffs.size + this.#keys.size
  }

  /** Idempotent and commutative: per target the youngest cut-off wins. */
  apply({ kind, target, at, expiresAt }: PlacedEntry): void {
    this.#newestAt = Math.max(this.#newestAt, at)
    // A new epoch kills everything older, whoever has issued it: what was revoked before the restore may be forgotten.
    if (kind === 'epoch') this.#raise({ kind: 'everyone', id: '' }, { at, expiresAt })
    else if (kind === 'cutoff' && concernsOthers(target)) this.#raise(target, { at, expiresAt })
  }

  /**
   * Whether a cut-off that was applied kills the token: one that applies to it and is not older than the second of its `iat`. So a token
   * that was issued within the second of the cut-off dies as well. A revoked key and a revoked token are dead whatever `iat` says.
   */
  isRevoked({ issuedAt, issuer, client, user, session, tokenId, keyId, roles, groups }: TokenFacts): boolean {
    // Without a time nothing can be said for the token.
    const second = Math.floor(issuedAt ?? Number.NEGATIVE_INFINITY)
    const isCut = (kind: TargetKind, id: string): boolean => {
      const cutoff = this.#cutoffs.get(keyOf(kind, id))
      return cutoff !== undefined && second <= Math.floor(cutoff.at / 1000)
    }
    return (
      issuedAt === undefined ||
      this.#keys.has(keyId) ||
      this.#cutoffs.has(keyOf('token', tokenId)) ||
      isCut('everyone', '') ||
      isCut('issuer', issuer) ||
      isCut('client', client) ||
      (user !== undefined && isCut('user', user)) ||
      (session !== undefined && isCut('session', session)) ||
      roles.some((role) => isCut('role', role)) ||
      groups.some((group) => isCut('group', group))
    )
  }

  #raise({ kind, id }: Target, { at, expiresAt }: Cutoff): void {
    if (kind === 'key') {
      this.#keys.add(id)
      return
    }
    const key = keyOf(kind, id)
    const known = this.#cutoffs.get(key)
    this.#cutoffs.set(key, { at: Math.max(at, known?.at ?? 0), expiresAt: Math.max(expiresAt, known?.expiresAt ?? 0) })
    if (this.#cutoffs.size > this.#sweepAtSize) this.#sweep()
  }

  /** Drops what no living token can need; again when twice as much has come together, so that an entry costs no more than two looks. */
  #sweep(): void {
    for (const [key, { expiresAt }] of this.#cutoffs) if (expiresAt <= this.#newestAt) this.#cutoffs.delete(key)
    this.#sweepAtSize = Math.max(FIRST_SWEEP_SIZE, this.#cutoffs.size * 2)
  }
}

/** Roles and groups have no issuer: a service gives foreign principals names out of its own. */
function concernsOthers({ kind, id }: Target): boolean {
  if (kind === 'issuer') return id !== ''
  return kind === 'everyone' || kind === 'role' || kind === 'group' || isForeignId(id)
}

const keyOf = (kind: TargetKind, id: string): string => `${kind} ${id}`
