import type { EpochMs } from 'countersign/core'

/** A role that a person has for a while. */
export interface Elevation {
  /** `elv_…` */
  readonly id: string
  readonly user: string
  readonly role: string
  /** What the operator gave as the reason. */
  readonly reason: string
  /** The operator, by user id; undefined for the administrator of the machine. */
  readonly startedBy: string | undefined
  readonly startedAt: EpochMs
  readonly endsAt: EpochMs
  /** Undefined until its end was noted: by hand, or by the clock, whose end may be older than that note. */
  readonly endedAt: EpochMs | undefined
  /** `clock`; `suspension` of its user; `local`, the administrator of the machine; or an operator by user id. */
  readonly endedBy: string | undefined
}

export interface ElevationEnding {
  readonly id: string
  readonly user: string
  /** As `endedBy`. */
  readonly by: string
  readonly at: EpochMs
}

/** Owned by `session`. Each method is one transaction, log entries included. */
export interface ElevationStore {
  /**
   * Soft cut-off `user:<id>`, so that sessions pick the role up.
   *
   * @returns `refused` when the user is gone or not active; `held` when they have the role, for good or by a living elevation.
   */
  start(elevation: Elevation): Promise<'started' | 'refused' | 'held'>
  /** Soft cut-off `user:<id>`, once. @returns what has ended; undefined when there is no such elevation, or it was ended before. */
  end(ending: ElevationEnding): Promise<Elevation | undefined>
  /** Of one user, the newest first, those that have ended included. */
  list(user: string, limit: number): Promise<readonly Elevation[]>
  /** Those whose time is over and whose end nobody has noted. */
  due(now: EpochMs, limit: number): Promise<readonly Elevation[]>
  /** Removes those that have ended before. @returns how many. */
  sweep(before: EpochMs, limit: number): Promise<number>
}
