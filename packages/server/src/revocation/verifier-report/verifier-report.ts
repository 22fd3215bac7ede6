import type { EpochMs } from 'countersign/core'
import type { FreshnessState, Position } from 'countersign/revocation'

/** Entries that a verifier has applied together: those after `after`, up to `position`. */
export interface AppliedEntries {
  readonly after: Position
  readonly position: Position
  /** For how long, when it sent the report, by its own clock. */
  readonly heldMs: number
}

/** What a verifier says of itself. It is a service's word, and decides nothing. */
export interface GivenReport {
  /** Random: one process of the service. */
  readonly instance: string
  readonly name: string | undefined
  readonly feed: 'sse' | 'other'
  readonly state: FreshnessState
  readonly position: Position
  /** Since its last confirmed heartbeat; undefined before the first. */
  readonly ageMs: number | undefined
  /** From one report to the next, at most. */
  readonly everyMs: number
  /** On its monotonic clock, which begins anywhere. */
  readonly sentMs: number
  readonly applied: readonly AppliedEntries[]
}

/** The newest report of a verifier, as it is kept. */
export interface ReportedVerifier extends Omit<GivenReport, 'applied' | 'sentMs'> {
  readonly service: string
  readonly receivedAt: EpochMs
}

/** `silent`: a report is overdue, and nothing is known of how fresh it is. */
export type VerifierState = FreshnessState | 'silent'

/** A report may be late by its own pause once more, and by what a busy machine takes. */
const LATE_MS = 5000

/** A report that seems to come from later was heard before the clock was set back: nobody knows when. */
export const stateOf = ({ state, receivedAt, everyMs }: ReportedVerifier, now: EpochMs): VerifierState =>
  Math.abs(now - receivedAt) > 2 * everyMs + LATE_MS ? 'silent' : state
