import type { EpochMs } from 'countersign/core'
import type { Position } from 'countersign/revocation'
import type { EntryPropagation } from './propagation.ts'
import type { ReportedVerifier } from './verifier-report.ts'

/** What one server has heard since it last said so. */
export interface HeardReports {
  readonly verifiers: readonly ReportedVerifier[]
  /** All that this server knows of each, not only what is new. */
  readonly propagation: readonly EntryPropagation[]
}

/** Servers whose clocks are further apart do not agree on which report is the newest: that it was heard from a time that is still to come says that a clock was set back. */
export const CLOCKS_APART_MS = 60_000

/** What servers that share a database know of their verifiers together. It may be lost: it is said again within seconds. */
export interface VerifierReportStore {
  /**
   * Of each verifier the newest report stays, unless it is more than `CLOCKS_APART_MS` newer; of each entry the last word of each server.
   *
   * @param server Who has heard it.
   * @param maximum So many verifiers a service may have: whoever was not heard of for longest goes.
   */
  note(server: string, heard: HeardReports, maximum: number): Promise<void>
  /** Those that were heard of since then, by service and instance. */
  verifiers(since: EpochMs): Promise<readonly ReportedVerifier[]>
  /** Of the newest entries since then, so many at most; one for each server that has heard of it, newest first. */
  propagation(since: EpochMs, maximum: number): Promise<readonly EntryPropagation[]>
  propagationOf(positions: readonly Position[]): Promise<readonly EntryPropagation[]>
  /** Drops verifiers that were not heard of since then; and entries that are older, or further from the newest, than is wanted. */
  forget(verifiersBefore: EpochMs, entries: { readonly before: EpochMs; readonly maximum: number }): Promise<void>
}
