import type { DatabaseSync } from 'node:sqlite'

/**
 * While the store is open its main file says so. A file that says "open" without a write-ahead log beside it has therefore
 * lost its newest commits, revocations among them: the log was deleted, or the file is a copy.
 */
export class WriteAheadLogMissingError extends Error {
  constructor(path: string) {
    super(
      `${path} was in use when it was last written, but its write-ahead log (${path}-wal) is gone, and with it the newest changes. ` +
        'Put the file back beside the database. If the database is a backup, open it as one: that starts a new epoch.',
    )
    this.name = 'WriteAheadLogMissingError'
  }
}

/** @throws {WriteAheadLogMissingError} unless the database was closed by `markClosed`, all its commits in the main file. */
export function requireCleanStop(connection: DatabaseSync, path: string): void {
  const row = connection.prepare('SELECT closed_cleanly FROM store_state').get()
  if (row?.['closed_cleanly'] !== 1) throw new WriteAheadLogMissingError(path)
}

/** Says "open" in the main file itself: the checkpoint moves everything there and empties the write-ahead log. */
export function markOpen(connection: DatabaseSync): void {
  connection.exec('UPDATE store_state SET closed_cleanly = 0')
  emptyWriteAheadLog(connection)
}

/** To be followed by closing the connection, which moves everything into the main file. */
export function markClosed(connection: DatabaseSync): void {
  connection.exec('UPDATE store_state SET closed_cleanly = 1')
}

/**
 * Writes every commit into the main file anew and syncs it. @returns false when a reader stood in the way.
 *
 * After a failed fsync this, unlike a second fsync, puts the pages on the disk again.
 */
export function emptyWriteAheadLog(connection: DatabaseSync): boolean {
  return connection.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy'] === 0
}
