import type { Cancel, EpochMs } from 'countersign/core'
import type { LogEntry, LogHead, PlacedEntry, Position, RevocationMode, Target } from 'countersign/revocation'

/** A cut-off that an operator or a user asks for. */
export interface Revocation {
  readonly target: Target
  readonly mode: RevocationMode
  readonly at: EpochMs
  /** For those who are told of it. */
  readonly reason?: string | undefined
}

/**
 * The revocation log as the server reads it. There is no `append`: entries are written by the store, inside the
 * transaction of the change that they describe, so that no code path can forget one.
 */
export interface LogStore {
  head(): Promise<LogHead>
  /** The entries after `position`, oldest first; `forgotten` when some of them were dropped already. */
  entriesAfter(position: Position, limit: number): Promise<readonly LogEntry[] | 'forgotten'>
  /**
   * What is kept of the entries after `position`, oldest first. Entries never change, and are dropped only once they have expired: so pages
   * up to a head that was read before are one consistent picture, however long the reading takes and whoever appends meanwhile.
   */
  keptAfter(position: Position, limit: number): Promise<readonly PlacedEntry[]>
  /** Appends a cut-off. Hard: ends the sessions behind the target in the same transaction. */
  revoke(revocation: Revocation): Promise<LogEntry>
  /** Opens a new epoch after a restore: everything issued before it is dead. */
  openEpoch(at: EpochMs): Promise<LogEntry>
  /** Drops entries that no living token can need, from the old end of the log. The head always stays. */
  forget(now: EpochMs): Promise<number>
  /** Calls `listener` after each commit that appended. A hint to read, not a delivery. */
  onAppend(listener: () => void): Cancel
}
