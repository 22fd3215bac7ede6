import type { EpochMs, Platform } from 'countersign/core'
import type { RevocationMode, Target } from 'countersign/revocation'
import { type HistoryPage, type LogHistory, type LogStanding, MOST_COUNTED, type PastEntries, type Reach } from './log-history.ts'
import { checkedMode, checkedReason, checkedTarget, type RevocationRequest } from './revocations.ts'

export interface RevocationHistoryOptions {
  readonly history: LogHistory
  /** The audit log. */
  readonly trail: { count(operation: string, from: EpochMs, most: number): Promise<number> }
  readonly platform: Platform
  /** As `StoreOptions.cutoffLifeMs`. */
  readonly cutoffLifeMs: number
}

/** How refresh tokens that were in two hands are on record. */
const theftOperations = ['endStolenSession', 'endStolenGrant'] as const

export interface RevocationSummary extends LogStanding {
  /** Refresh tokens in two hands, since the time asked for, by the audit log. */
  readonly thefts: number
  /** There may be more than were counted. */
  readonly isAtLeast: boolean
}

export interface RevocationPreview extends Reach {
  readonly target: Target
  readonly mode: RevocationMode
  /** When the last token that it covers would have expired by itself. */
  readonly accessTokensUntil: EpochMs
}

/** Revocations as operators look at them: those that were made, and one that is to be made. Changes nothing. */
export class RevocationHistory {
  readonly #options: RevocationHistoryOptions

  constructor(options: RevocationHistoryOptions) {
    this.#options = options
  }

  /** How long an entry is kept, in seconds: the longest life of a token, and the skew of clocks. */
  get keptSeconds(): number {
    return this.#options.cutoffLifeMs / 1000
  }

  /** What the log still has, newest first. */
  page(page: HistoryPage): Promise<PastEntries> {
    return this.#options.history.page(page)
  }

  head(): Promise<LogStanding> {
    const now = this.#options.platform.clock.now()
    return this.#options.history.standing(now, now)
  }

  async summary(since: EpochMs): Promise<RevocationSummary> {
    const { history, trail, platform } = this.#options
    const standing = await history.standing(platform.clock.now(), since)
    const counts = await Promise.all(theftOperations.map((operation) => trail.count(operation, since, MOST_COUNTED)))
    const thefts = counts.reduce((sum, count) => sum + count, 0)
    return { ...standing, thefts, isAtLeast: counts.includes(MOST_COUNTED) }
  }

  /**
   * What the same request to `Revocations.revoke` would end.
   *
   * @throws {AuthError} `request_invalid`, for what that would refuse.
   */
  async preview(request: RevocationRequest): Promise<RevocationPreview> {
    const { history, platform, cutoffLifeMs } = this.#options
    const target = checkedTarget(request.target)
    const mode = checkedMode(target.kind, request.mode)
    checkedReason(request.reason)
    const now = platform.clock.now()
    return { ...(await history.reach(target, mode, now)), target, mode, accessTokensUntil: now + cutoffLifeMs }
  }
}
