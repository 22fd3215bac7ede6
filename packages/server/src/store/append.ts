import type { EpochMs } from 'countersign/core'
import type { EntryKind, RevocationMode, Target } from 'countersign/revocation'
import type { Passkey } from '../account/passkey/passkey-store.ts'
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

/** CAEP tells authenticators that are part of a device from those that are carried around. */
export const causeOfPasskey = ({ transports }: Pick<Passkey, 'transports'>, change: NonNullable<Cause['change']>): Cause => ({
  credential: transports.includes('internal') ? 'fido2-platform' : 'fido2-roaming',
  change,
})

/** @param user Whose session it was, where one session was revoked. */
export const causeOfRevocation = (user: string | undefined, reason: string | undefined): Cause => ({
  ...(user === undefined ? {} : { user }),
  ...(reason === undefined ? {} : { reason }),
})
