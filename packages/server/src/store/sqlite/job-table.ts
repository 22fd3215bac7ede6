import type { DatabaseSync } from 'node:sqlite'
import type { NewJob } from '../../delivery/delivery-store.ts'
import type { Database } from './database.ts'
import type { Statement } from './statement.ts'

/** Nobody else has the database open: what the process before this one had taken, and did not settle, is due at once. */
export const releaseJobs = (connection: DatabaseSync): void =>
  connection.exec('UPDATE delivery_job SET due_at = created_at WHERE attempt > 0 AND dead_at IS NULL')

/** Adds and drops jobs inside a unit of work: what has to be told of a change is committed with the change. */
export class JobTable {
  readonly #insert: Statement
  readonly #dropOf: Statement

  constructor(database: Database) {
    // Nothing where the destination is gone, or the job is there.
    this.#insert = database.statement(`
      INSERT INTO delivery_job (id, destination, payload, urgent, created_at, attempt, due_at)
      SELECT ?1, ?2, ?3, ?4, ?5, 0, ?5 WHERE EXISTS (SELECT 1 FROM delivery_destination WHERE id = ?2)
      ON CONFLICT (id) DO NOTHING`)
    this.#dropOf = database.statement('DELETE FROM delivery_job WHERE destination = ?')
  }

  /** @returns how many were new. */
  insert(jobs: readonly NewJob[]): number {
    let added = 0
    for (const { id, destination, payload, urgent, createdAt } of jobs) {
      added += this.#insert.run(id, destination, payload, urgent ? 1 : 0, createdAt)
    }
    return added
  }

  dropOf(destination: string): void {
    this.#dropOf.run(destination)
  }
}
