import type { EpochMs } from 'countersign/core'
import type { EntryKind, RevocationMode, Target } from 'countersign/revocation'
import type { Cause } from '../delivery/event-log.ts'

/** What a change tells the log; its place, its expiry and its hash are the log writer's. */
export interface Append {
  readonly kind: EntryKind
  readonly target: Target
  readonly mode: RevocationMode
  readonly at: EpochMs
  /** Kept beside the entry, for those who are told of events: no part of what is chained, signed and sent to verifiers. */
  readonly cause?: Cause
}

/** @param user Whose session it was, where one session was revoked. */
export const causeOfRevocation = (user: string | undefined, reason: string | undefined): Cause => ({
  ...(user === undefined ? {} : { user }),
  ...(reason === undefined ? {} : { reason }),
})
