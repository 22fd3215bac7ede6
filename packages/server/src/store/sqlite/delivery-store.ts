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
import type { Database } from './database.ts'
import {
  type BacklogRow,
  destinationColumns,
  destinationOf,
  type DestinationRow,
  jobColumns,
  type JobRow,
  jobsOf,
  newJobOf,
  type NewJobRow,
  oldestWaiting,
} from './delivery-row.ts'
import { JobTable } from './job-table.ts'
import type { Statement } from './statement.ts'

export class SqliteDeliveryStore implements DeliveryStore {
  readonly #database: Database
  readonly #jobs: JobTable
  readonly #add: Statement
  readonly #find: Statement<DestinationRow>
  readonly #list: Statement<DestinationRow>
  readonly #change: Statement<DestinationRow>
  readonly #remove: Statement
  readonly #behind: Statement<DestinationRow>
  readonly #move: Statement
  readonly #mayClaim: Statement<{ readonly waits: number }>
  readonly #claim: Statement<JobRow>
  readonly #complete: Statement
  readonly #keep: Statement
  readonly #postpone: Statement
  readonly #bury: Statement
  readonly #waiting: Statement<NewJobRow>
  readonly #acknowledge: Statement
  readonly #refuse: Statement
  readonly #backlog: Statement<BacklogRow>
  readonly #oldestWaiting: Statement<{ readonly kind: string; readonly created_at: EpochMs }>
  readonly #revive: Statement
  readonly #sweep: Statement

  constructor(database: Database) {
    this.#database = database
    this.#jobs = new JobTable(database)
    this.#add = database.statement(`INSERT INTO delivery_destination (${destinationColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    this.#find = database.statement('SELECT * FROM delivery_destination WHERE id = ?')
    this.#list = database.statement(`
      SELECT * FROM delivery_destination WHERE kind IN (SELECT value FROM json_each(?)) ORDER BY created_at, id`)
    // What was copied meanwhile is not copied again.
    this.#change = database.statement(`
      UPDATE delivery_destination
      SET kind = ?3, state = ?4, reason = ?5, settings = ?6, position = max(position, ?7), revision = revision + 1
      WHERE id = ?1 AND revision = ?2 RETURNING *`)
    this.#remove = database.statement('DELETE FROM delivery_destination WHERE id = ?')
    this.#behind = database.statement(`
      SELECT * FROM delivery_destination
      WHERE kind IN (SELECT value FROM json_each(?1)) AND state <> 'shut' AND position < ?2 ORDER BY created_at, id`)
    this.#move = database.statement(`
      UPDATE delivery_destination SET position = ?3 WHERE id = ?1 AND position = ?2 AND state <> 'shut'`)
    this.#mayClaim = database.statement(`
      SELECT 1 AS waits FROM delivery_destination d WHERE d.kind = ?
        AND EXISTS (SELECT 1 FROM delivery_job j WHERE j.destination = d.id AND j.dead_at IS NULL) LIMIT 1`)
    // One statement takes and notes the taking. By the index it looks at `window` rows of each destination, however many there are.
    this.#claim = database.statement(`
      UPDATE delivery_job SET attempt = attempt + 1, due_at = ?3 WHERE sequence IN (
        SELECT j.sequence FROM delivery_destination d CROSS JOIN delivery_job j ON j.sequence IN (
          SELECT sequence FROM (
            SELECT sequence, due_at FROM delivery_job
            WHERE destination = d.id AND dead_at IS NULL AND (d.state <> 'held' OR urgent = 1)
            ORDER BY urgent DESC, sequence LIMIT ?4)
          WHERE due_at <= ?2 LIMIT ?6)
        WHERE d.kind = ?1 AND d.id NOT IN (SELECT value FROM json_each(?7)) AND j.due_at <= ?2 ORDER BY j.sequence LIMIT ?5)
      RETURNING ${jobColumns}, sequence, attempt`)
    const taken = 'WHERE id = ? AND attempt = ? AND dead_at IS NULL'
    this.#complete = database.statement(`DELETE FROM delivery_job ${taken}`)
    this.#keep = database.statement(`
      INSERT INTO delivery_kept (id, destination, payload, created_at, attempt, kept_at, note)
      SELECT id, destination, payload, created_at, attempt, ?3, ?4 FROM delivery_job WHERE id = ?1 AND attempt = ?2 AND dead_at IS NULL
      ON CONFLICT (id) DO UPDATE SET attempt = excluded.attempt, kept_at = excluded.kept_at, note = excluded.note`)
    this.#postpone = database.statement(`UPDATE delivery_job SET due_at = ?, problem = ? ${taken}`)
    this.#bury = database.statement(`UPDATE delivery_job SET dead_at = ?, problem = ? ${taken}`)
    this.#waiting = database.statement(`
      SELECT ${jobColumns} FROM delivery_job WHERE destination = ?1 AND dead_at IS NULL
      AND (urgent = 1 OR (SELECT state FROM delivery_destination WHERE id = ?1) <> 'held') ORDER BY urgent DESC, sequence LIMIT ?2`)
    this.#acknowledge = database.statement(`
      DELETE FROM delivery_job WHERE destination = ? AND dead_at IS NULL AND id IN (SELECT value FROM json_each(?))`)
    this.#refuse = database.statement(`
      UPDATE delivery_job SET dead_at = ?2, problem = ?4 WHERE destination = ?1 AND id = ?3 AND dead_at IS NULL`)
    this.#backlog = database.statement(`
      SELECT count(*) FILTER (WHERE dead_at IS NULL) AS waiting, count(dead_at) AS dead,
        min(created_at) FILTER (WHERE dead_at IS NULL) AS oldest_at
      FROM delivery_job WHERE destination = ?`)
    this.#oldestWaiting = database.statement(oldestWaiting('delivery_destination', 'delivery_job'))
    this.#revive = database.statement(`
      UPDATE delivery_job SET dead_at = NULL, problem = NULL, attempt = 0, due_at = ?2, created_at = ?2
      WHERE destination = ?1 AND dead_at IS NOT NULL`)
    this.#sweep = database.statement('DELETE FROM delivery_job WHERE dead_at < ?')
  }

  async add(destination: Destination): Promise<void> {
    const { id, kind, owner, state, reason, settings, position, revision, createdAt } = destination
    await this.#database.write(() => this.#add.run(id, kind, owner ?? null, state, reason ?? null, settings, position, revision, createdAt))
  }

  find(id: string): Promise<Destination | undefined> {
    return this.#database.read(() => {
      const row = this.#find.get(id)
      return row === undefined ? undefined : destinationOf(row)
    })
  }

  list(kinds: readonly string[]): Promise<readonly Destination[]> {
    return this.#database.read(() => this.#list.all(JSON.stringify(kinds)).map(destinationOf))
  }

  change(change: DestinationChange): Promise<Destination | 'changed_meanwhile'> {
    const { id, fromRevision, kind, state, reason, settings, position, dropJobs, jobs } = change
    return this.#database.write(() => {
      const row = this.#change.get(id, fromRevision, kind, state, reason ?? null, settings, position)
      if (row === undefined) return 'changed_meanwhile'
      if (dropJobs) this.#jobs.dropOf(id)
      this.#jobs.insert(jobs)
      return destinationOf(row)
    })
  }

  remove(id: string): Promise<boolean> {
    return this.#database.write(() => {
      this.#jobs.dropOf(id)
      return this.#remove.run(id) === 1
    })
  }

  behind(kinds: readonly string[], position: Position): Promise<readonly Destination[]> {
    return this.#database.read(() => this.#behind.all(JSON.stringify(kinds), position).map(destinationOf))
  }

  copy({ destination, from, to, jobs }: Copying): Promise<boolean> {
    return this.#database.write(() => {
      if (this.#move.run(destination, from, to) === 0) return false
      this.#jobs.insert(jobs)
      return true
    })
  }

  enqueue(jobs: readonly NewJob[]): Promise<number> {
    return this.#database.write(() => this.#jobs.insert(jobs))
  }

  async claim({ kind, now, leaseUntil, window, limit, each = limit, except = [] }: JobClaim): Promise<readonly Job[]> {
    // Asked each second by each courier, and nearly always in vain: that takes no transaction.
    if (!(await this.#database.read(() => this.#mayClaim.get(kind) !== undefined))) return []
    return this.#database.write(() => jobsOf(this.#claim.all(kind, now, leaseUntil, window, limit, each, JSON.stringify(except))))
  }

  complete({ id, attempt }: JobTaken): Promise<boolean> {
    return this.#database.write(() => this.#complete.run(id, attempt) === 1)
  }

  keep({ id, attempt }: JobTaken, at: EpochMs, note: string): Promise<boolean> {
    return this.#database.write(() => {
      this.#keep.run(id, attempt, at, note)
      return this.#complete.run(id, attempt) === 1
    })
  }

  postpone({ id, attempt }: JobTaken, dueAt: EpochMs, problem: string): Promise<boolean> {
    return this.#database.write(() => this.#postpone.run(dueAt, problem, id, attempt) === 1)
  }

  bury({ id, attempt }: JobTaken, at: EpochMs, problem: string): Promise<boolean> {
    return this.#database.write(() => this.#bury.run(at, problem, id, attempt) === 1)
  }

  waiting(destination: string, limit: number): Promise<readonly NewJob[]> {
    return this.#database.read(() => this.#waiting.all(destination, limit).map(newJobOf))
  }

  acknowledge(destination: string, ids: readonly string[]): Promise<number> {
    return this.#database.write(() => this.#acknowledge.run(destination, JSON.stringify(ids)))
  }

  refuse(destination: string, problems: ReadonlyMap<string, string>, at: EpochMs): Promise<number> {
    return this.#database.write(() => {
      let refused = 0
      for (const [id, problem] of problems) refused += this.#refuse.run(destination, at, id, problem)
      return refused
    })
  }

  backlog(destination: string): Promise<Backlog> {
    return this.#database.read(() => {
      const row = this.#backlog.get(destination)
      return { waiting: row?.waiting ?? 0, dead: row?.dead ?? 0, oldestAt: row?.oldest_at ?? undefined }
    })
  }

  oldestWaiting(): Promise<readonly OldestWaiting[]> {
    return this.#database.read(() => this.#oldestWaiting.all().map(({ kind, created_at }) => ({ kind, createdAt: created_at })))
  }

  revive(destination: string, now: EpochMs): Promise<number> {
    return this.#database.write(() => this.#revive.run(destination, now))
  }

  sweep(before: EpochMs): Promise<number> {
    return this.#database.write(() => this.#sweep.run(before))
  }
}
