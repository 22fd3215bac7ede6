import type { Cancel } from 'countersign/core'
import type { LogHead, PlacedEntry, Position } from 'countersign/revocation'

/** What stands behind an entry of the log, for those who are told of events. Verifiers need none of it, and get none. */
export interface Cause {
  /** Whose session it was, where the entry names a session. */
  readonly user?: string
  /** The credential that was changed, as CAEP calls it: `app` is an authenticator app, `fido2-…` a passkey. `recovery-code` and `identity`, one of another provider, are our own words. */
  readonly credential?: 'password' | 'app' | 'fido2-platform' | 'fido2-roaming' | 'recovery-code' | 'identity'
  /** What became of it. Absent: it was replaced. */
  readonly change?: 'create' | 'delete'
  /** Claims of the user's tokens that have changed, with their new values. */
  readonly claims?: Readonly<Record<string, readonly string[]>>
  /** The role for a while that has begun or ended (`elv_…`). */
  readonly elevation?: string
  /** A session was ended because its refresh token was in two hands. */
  readonly theft?: true
  /** What the operator gave as the reason. */
  readonly reason?: string
}

export interface Occurrence {
  readonly entry: PlacedEntry
  /** Empty where nothing more is known than the entry says. */
  readonly cause: Cause
}

/** The revocation log as those read it who tell others of it. */
export interface EventLog {
  head(): Promise<LogHead>
  /** What follows on `position`, oldest first; `forgotten` when some of it was dropped already. */
  after(position: Position, limit: number): Promise<readonly Occurrence[] | 'forgotten'>
  /** Calls `listener` after each commit that appended. A hint to read, not a delivery. */
  onAppend(listener: () => void): Cancel
}
