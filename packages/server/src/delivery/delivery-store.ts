import type { EpochMs } from 'countersign/core'
import type { Position } from 'countersign/revocation'

/**
 * `open`: jobs are delivered as they come. `held`: they are kept, and only urgent ones go out. `shut`: nothing new is copied from the
 * log; what is left goes out.
 */
export type DestinationState = 'open' | 'held' | 'shut'

/** Where jobs go: one receiver's stream, one endpoint. */
export interface Destination {
  readonly id: string
  /** Who delivers there: the name of a `Courier`, or of whoever lets them be fetched. */
  readonly kind: string
  /** Who made it and may change it; undefined: the operators. */
  readonly owner: string | undefined
  readonly state: DestinationState
  /** Why it is in that state. */
  readonly reason: string | undefined
  /** What its kind makes of it. Secrets in it are sealed. */
  readonly settings: string
  /** The log has been copied into jobs up to here. */
  readonly position: Position
  /** Counts the changes but not the copying. */
  readonly revision: number
  readonly createdAt: EpochMs
}

/** Something to be delivered at least once. */
export interface NewJob {
  /** Stable: a receiver knows by it what it had before. A second job of the same id is not added. */
  readonly id: string
  readonly destination: string
  readonly payload: string
  /** Goes before the others, and out of a destination that is held. */
  readonly urgent: boolean
  readonly createdAt: EpochMs
}

/** A job that was taken to be delivered. */
export interface Job extends NewJob {
  /** How often it was taken, this time included. */
  readonly attempt: number
}

/** Names one taking of a job. Who took it too long ago, and lost it to another, changes nothing any more. */
export type JobTaken = Pick<Job, 'id' | 'attempt'>

export interface JobClaim {
  readonly kind: string
  readonly now: EpochMs
  /** If nobody has said by then what became of a job, it is due again. */
  readonly leaseUntil: EpochMs
  /** Of each destination only so many of the oldest jobs are in play; with 1 they go strictly in order. */
  readonly window: number
  readonly limit: number
  /** At most so many of one destination. Default: `limit`. */
  readonly each?: number
  /** Destinations of which nothing is taken. */
  readonly except?: readonly string[]
}

export interface DestinationChange extends Omit<Destination, 'owner' | 'createdAt' | 'revision'> {
  /** Nothing happens when it has been changed since. */
  readonly fromRevision: number
  /** Its jobs go. */
  readonly dropJobs: boolean
  /** Added afterwards. */
  readonly jobs: readonly NewJob[]
}

export interface Copying {
  readonly destination: string
  /** Nothing happens when the log has been copied further, or again from elsewhere. */
  readonly from: Position
  readonly to: Position
  readonly jobs: readonly NewJob[]
}

export interface Backlog {
  readonly waiting: number
  /** Given up on; kept for `revive`. */
  readonly dead: number
  /** When the oldest of the waiting ones was made. */
  readonly oldestAt: EpochMs | undefined
}

export interface OldestWaiting {
  readonly kind: string
  readonly createdAt: EpochMs
}

/**
 * The queue of everything that is delivered at least once. Each method is one transaction. Several servers may work on one queue: of those who claim at the
 * same time each gets other jobs, and of those who copy the log one succeeds.
 */
export interface DeliveryStore {
  add(destination: Destination): Promise<void>
  find(id: string): Promise<Destination | undefined>
  /** Oldest first. */
  list(kinds: readonly string[]): Promise<readonly Destination[]>
  change(change: DestinationChange): Promise<Destination | 'changed_meanwhile'>
  /** With all its jobs. */
  remove(id: string): Promise<boolean>
  /** Those that are not shut and have less than the log up to `position`. */
  behind(kinds: readonly string[], position: Position): Promise<readonly Destination[]>
  /** Adds the jobs and moves the position, both or neither. */
  copy(copying: Copying): Promise<boolean>
  /** Adds jobs that are due at once. @returns how many were new; none where the destination is gone. */
  enqueue(jobs: readonly NewJob[]): Promise<number>
  /** Takes jobs that are due, oldest first. */
  claim(claim: JobClaim): Promise<readonly Job[]>
  /** It was delivered. */
  complete(taken: JobTaken): Promise<boolean>
  /** It was delivered, and is kept on file (`DeliveryHistory`). */
  keep(taken: JobTaken, at: EpochMs, note: string): Promise<boolean>
  /** It failed, and is due again then. */
  postpone(taken: JobTaken, dueAt: EpochMs, problem: string): Promise<boolean>
  /** It failed for good. */
  bury(taken: JobTaken, at: EpochMs, problem: string): Promise<boolean>
  /** What a destination that fetches may have now, oldest first. Taking nothing, it yields the same until it is acknowledged. */
  waiting(destination: string, limit: number): Promise<readonly NewJob[]>
  /** @returns how many of these were waiting. */
  acknowledge(destination: string, ids: readonly string[]): Promise<number>
  /** As `bury`, by the word of a destination that fetches. @returns how many of these were waiting. */
  refuse(destination: string, problems: ReadonlyMap<string, string>, at: EpochMs): Promise<number>
  backlog(destination: string): Promise<Backlog>
  /** Of each kind the job that stands first in line, if any wait. */
  oldestWaiting(): Promise<readonly OldestWaiting[]>
  /** Makes what was buried due again, as if it were new. @returns how many. */
  revive(destination: string, now: EpochMs): Promise<number>
  /** Drops what was buried before. @returns how many. */
  sweep(before: EpochMs): Promise<number>
}
