import type { EpochMs } from 'countersign/core'
import type { Session } from './session.ts'

/** Where a page ends: newer sessions come before. */
export interface DirectoryPlace {
  readonly createdAt: EpochMs
  readonly id: string
}

export interface DirectoryPage {
  /** Part of the address or the name of the person, or the id of the person. */
  readonly search?: string | undefined
  /** Older than that one. */
  readonly after?: DirectoryPlace | undefined
  readonly limit: number
  readonly now: EpochMs
}

export interface ListedSession {
  readonly session: Session
  /** Of its user. */
  readonly email: string
}

export interface ListedSessions {
  readonly sessions: readonly ListedSession[]
  /** Where to go on: there may be more. A page may have fewer than were asked for, or none, and not be the last. */
  readonly next: DirectoryPlace | undefined
}

/** Living sessions of all people, newest first. Owned by `session`. */
export interface SessionDirectory {
  page(page: DirectoryPage): Promise<ListedSessions>
}
