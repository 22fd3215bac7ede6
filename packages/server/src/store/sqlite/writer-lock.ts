import { DatabaseSync } from 'node:sqlite'
import { isBusy } from './storage-failure.ts'

/** Another process (or another store in this one) writes to the same database. */
export class StoreLockedError extends Error {
  readonly path: string

  constructor(path: string, options?: ErrorOptions) {
    super(
      `The database ${path} is in use by another Countersign process. Stop that process, or let it do the work: ` +
        'only one may write. For several servers on one database use PostgreSQL.',
      options,
    )
    this.name = 'StoreLockedError'
    this.path = path
  }
}

/**
 * Makes this process the only writer until the returned function is called. The lock is an exclusive transaction on a small file
 * beside the database: the operating system lets go of it when the process ends, however it ends, and the database stays readable.
 *
 * @throws {StoreLockedError} at once, without waiting.
 * @throws {Error} of SQLite, when the disk is at fault.
 */
export function takeWriterLock(path: string): () => void {
  const lock = new DatabaseSync(`${path}.lock`, { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    throw isBusy(error) ? new StoreLockedError(path, { cause: error }) : error
  }
  return () => lock.close()
}
