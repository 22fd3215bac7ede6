import type { FreshnessState, Position } from '../revocation/index.ts'

/** Entries that were applied together: those after `after`, up to `position`. */
export interface AppliedEntries {
  readonly after: Position
  readonly position: Position
  /** For how long they have been applied, by a clock that never steps, in the moment in which the report is sent. */
  readonly held_ms: number
}

/** What a verifier says of itself to its issuer: nothing of those who call it, and nothing of its machine. */
export interface VerifierReport {
  /** Random, made when the verifier was. */
  readonly instance: string
  readonly name?: string
  readonly feed: 'sse' | 'other'
  readonly state: FreshnessState
  readonly position: Position
  /** Since the last confirmed heartbeat; `null` before the first. */
  readonly age_ms: number | null
  /** From one report to the next, at most: who is not heard of for longer is silent. */
  readonly every_ms: number
  /** When it is sent, by a clock that never steps, since the first report: so that the issuer learns how long the way is at least. */
  readonly sent_ms: number
  readonly applied?: readonly AppliedEntries[]
}

/** What the issuer answers to a report. Both are wishes, and bounded by who hears them. */
export interface ReportAnswer {
  readonly isTaken: boolean
  /** Over this time the verifiers should spread their reports of entries that come next. */
  readonly spreadMs?: number | undefined
  /** Of a refusal: not earlier. */
  readonly retryAfterMs?: number | undefined
}

/** Who hears reports: the issuer. */
export interface ReportAuthority {
  /** Whether it says that it takes them. */
  readonly isOffered: boolean
  /** @throws {Error} There is no answer. */
  report(report: VerifierReport, signal: AbortSignal): Promise<ReportAnswer>
}
