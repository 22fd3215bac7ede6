import type { EpochMs } from 'countersign/core'
import type { Position } from 'countersign/revocation'
import type {
  Backlog,
  Copying,
  DeliveryStore,
  Destination,
  DestinationChange,
  Job,
  JobClaim,
  JobTaken,
  NewJob,
  OldestWaiting,
} from '../../delivery/delivery-store.ts'
import { destinationOf, jobsOf, newJobOf } from '../sqlite/delivery-row.ts'
import type { Database } from './database.ts'
import * as sql from './delivery-statement.ts'
import { addJobs } from './job-table.ts'

/**
 * When a commit's outcome is unknown (`unavailable`): `copy` and `change` find that they have happened, or happen; the same job is not added twice; `claim` may
 * leave jobs taken that nobody delivers until their lease has run out; what settles a job may be repeated, or the job is delivered again.
 */
export class PostgresDeliveryStore implements DeliveryStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async add(destination: Destination): Promise<void> {
    const { id, kind, owner, state, reason, settings, position, revision, createdAt } = destination
    await this.#database.change(
      sql.addDestination,
      ...[id, kind, owner ?? null, state, reason ?? null, settings, position, revision, createdAt],
    )
  }

  async find(id: string): Promise<Destination | undefined> {
    const [row] = await this.#database.ask(sql.findDestination, id)
    return row === undefined ? undefined : destinationOf(row)
  }

  async list(kinds: readonly string[]): Promise<readonly Destination[]> {
    return (await this.#database.ask(sql.listDestinations, kinds)).map(destinationOf)
  }

  change(change: DestinationChange): Promise<Destination | 'changed_meanwhile'> {
    const { id, fromRevision, kind, state, reason, settings, position, dropJobs, jobs } = change
    return this.#database.transaction(async (unit) => {
      const [row] = await unit.ask(sql.changeDestination, id, fromRevision, kind, state, reason ?? null, settings, position)
      if (row === undefined) return 'changed_meanwhile'
      if (dropJobs) await unit.change(sql.dropJobs, id)
      await addJobs(unit, jobs)
      return destinationOf(row)
    })
  }

  remove(id: string): Promise<boolean> {
    return this.#database.transaction(async (unit) => {
      await unit.change(sql.holdDestination, id)
      await unit.change(sql.dropJobs, id)
      return (await unit.change(sql.removeDestination, id)) === 1
    })
  }

  async behind(kinds: readonly string[], position: Position): Promise<readonly Destination[]> {
    return (await this.#database.ask(sql.destinationsBehind, kinds, position)).map(destinationOf)
  }

  copy({ destination, from, to, jobs }: Copying): Promise<boolean> {
    return this.#database.transaction(async (unit) => {
      if ((await unit.change(sql.moveDestination, destination, from, to)) === 0) return false
      await addJobs(unit, jobs)
      return true
    })
  }

  async enqueue(jobs: readonly NewJob[]): Promise<number> {
    return addJobs(this.#database, jobs)
  }

  async claim({ kind, now, leaseUntil, window, limit, each = limit, except = [] }: JobClaim): Promise<readonly Job[]> {
    return jobsOf(await this.#database.ask(sql.claimJobs, kind, now, leaseUntil, window, limit, each, except))
  }

  async complete({ id, attempt }: JobTaken): Promise<boolean> {
    return (await this.#database.change(sql.completeJob, id, attempt)) === 1
  }

  async keep({ id, attempt }: JobTaken, at: EpochMs, note: string): Promise<boolean> {
    return (await this.#database.change(sql.keepJob, id, attempt, at, note)) === 1
  }

  async postpone({ id, attempt }: JobTaken, dueAt: EpochMs, problem: string): Promise<boolean> {
    return (await this.#database.change(sql.postponeJob, id, attempt, dueAt, problem)) === 1
  }

  async bury({ id, attempt }: JobTaken, at: EpochMs, problem: string): Promise<boolean> {
    return (await this.#database.change(sql.buryJob, id, attempt, at, problem)) === 1
  }

  async waiting(destination: string, limit: number): Promise<readonly NewJob[]> {
    return (await this.#database.ask(sql.waitingJobs, destination, limit)).map(newJobOf)
  }

  acknowledge(destination: string, ids: readonly string[]): Promise<number> {
    return this.#database.change(sql.acknowledgeJobs, destination, ids)
  }

  refuse(destination: string, problems: ReadonlyMap<string, string>, at: EpochMs): Promise<number> {
    return this.#database.change(sql.refuseJobs, destination, at, [...problems.keys()], [...problems.values()])
  }

  async backlog(destination: string): Promise<Backlog> {
    const [row] = await this.#database.ask(sql.readBacklog, destination)
    return { waiting: row?.waiting ?? 0, dead: row?.dead ?? 0, oldestAt: row?.oldest_at ?? undefined }
  }

  async oldestWaiting(): Promise<readonly OldestWaiting[]> {
    return (await this.#database.ask(sql.readOldestWaiting)).map(({ kind, created_at }) => ({ kind, createdAt: created_at }))
  }

  revive(destination: string, now: EpochMs): Promise<number> {
    return this.#database.change(sql.reviveJobs, destination, now)
  }

  sweep(before: EpochMs): Promise<number> {
    return this.#database.change(sql.sweepJobs, before)
  }
}
