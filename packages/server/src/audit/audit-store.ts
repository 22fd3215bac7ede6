import type { EpochMs } from 'countersign/core'
import type { AuditChain } from './audit-chain.ts'
import type { AuditEnd, AuditRecord, Outcome } from './audit-record.ts'

export interface AuditSelection {
  /** The id of whoever did it; the kind of those that have none (`local`, `server`, `anyone`). */
  readonly actor: string | undefined
  /** The id of what it was done to. */
  readonly target: string | undefined
  readonly operation: string | undefined
  readonly outcome: Outcome | undefined
  /** Then or later. */
  readonly from: EpochMs | undefined
  /** Before then. */
  readonly to: EpochMs | undefined
}

export interface AuditPage extends AuditSelection {
  /** Positions before this one. */
  readonly before: number | undefined
  readonly limit: number
}

export interface AuditEnds {
  /** The newest record. */
  readonly head: AuditEnd
  /** The newest that was forgotten. */
  readonly base: AuditEnd
}

/**
 * Owned by `audit`. Beside what it is asked here a store writes the record of the act under way with the first change that the act makes: in one
 * transaction, so that neither is without the other. See `claimAct`.
 */
export interface AuditStore {
  /** Appends a record that no change carries. */
  append(body: string, chain: AuditChain): Promise<void>
  /** Puts in their places what transactions have left without one. Where they take their places at once: nothing. */
  settle(chain: AuditChain): Promise<void>
  ends(): Promise<AuditEnds>
  /** Newest first. */
  page(page: AuditPage): Promise<readonly AuditRecord[]>
  /** How many of an operation's newest records, so many at most, are from then or later: what was refused is not counted. */
  count(operation: string, from: EpochMs, most: number): Promise<number>
  /** What follows on a position, oldest first. */
  after(position: number, limit: number): Promise<readonly AuditRecord[]>
  /** Drops the oldest, as far as `AuditChain.old` says, so many at most; the base moves to the last of them. @returns how many. */
  forget(before: EpochMs, limit: number, chain: AuditChain): Promise<number>
}
