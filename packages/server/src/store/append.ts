import type { EpochMs } from 'countersign/core'
import type { EntryKind, RevocationMode, Target } from 'countersign/revocation'

/** What a change tells the log; its place, its expiry and its hash are the log writer's. */
export interface Append {
  readonly kind: EntryKind
  readonly target: Target
  readonly mode: RevocationMode
  readonly at: EpochMs
}
