import type { EpochMs } from 'countersign/core'
import type { PlacedEntry, Position, RevocationMode, Target } from 'countersign/revocation'

export interface HistorySelection {
  /** Of the target. */
  readonly kind?: string | undefined
  /** Of the target. */
  readonly id?: string | undefined
  /** From the first entry on that bears this time, or a later one; where clocks of servers are apart, by as much earlier or later. */
  readonly since?: EpochMs | undefined
}

export interface HistoryPage extends HistorySelection {
  /** Positions before this one. */
  readonly before?: Position | undefined
  readonly limit: number
}

/** Who has done what, by ids and names alone: as `audit` has it. */
export interface EntryDeed {
  readonly operation: string
  readonly actor: { readonly kind: string; readonly id?: string; readonly by?: string }
}

/** An entry, and why it is there. */
export interface PastEntry {
  readonly entry: PlacedEntry
  /** What the operator gave as the reason. */
  readonly reason: string | undefined
  /** Undefined where it was nobody's act, and of entries from before this was kept. */
  readonly deed: EntryDeed | undefined
}

export interface PastEntries {
  /** Newest first. */
  readonly entries: readonly PastEntry[]
  /** Positions before this one are still to be looked at: there may be more. A page may have fewer than were asked for, or none, and not be the last. */
  readonly next: Position | undefined
}

/** Where the log stands. All of it read at one moment. */
export interface LogStanding {
  readonly head: Position
  /** Undefined where nothing was ever appended. */
  readonly headAt: EpochMs | undefined
  /** Entries from the first one on that a living token can need. */
  readonly living: number
  /** Entries from the first one on that bears the time asked for, or a later one: of those that are kept. */
  readonly since: number
  /** The time of the oldest entry kept; undefined where nothing was forgotten so far. */
  readonly keptSince: EpochMs | undefined
}

/** What a revocation would do. Counted as far as `MOST_COUNTED` of each. */
export interface Reach {
  /** Sessions that end. */
  readonly sessions: number
  /** Whose sessions they are. */
  readonly people: number
  /** Consents under which refresh tokens or codes of applications end. */
  readonly grants: number
  /** Sessions that go on, and whose access tokens die; undefined where no index of the database says whose tokens they are. */
  readonly renewing: number | undefined
  /** There may be more than were counted. */
  readonly isAtLeast: boolean
}

/** So many rows of a table a preview looks at. */
export const MOST_COUNTED = 10_000

/** The log as operators look at it. Owned by `revocation`; each method but `page` is one consistent read. */
export interface LogHistory {
  page(page: HistoryPage): Promise<PastEntries>
  standing(now: EpochMs, since: EpochMs): Promise<LogStanding>
  /** What `LogStore.revoke` would end. */
  reach(target: Target, mode: RevocationMode, now: EpochMs): Promise<Reach>
}
