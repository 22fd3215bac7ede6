import { type Clock, systemClock } from 'countersign/core'
import type { Position } from 'countersign/revocation'
import { placeBackup, type Store } from '../store/index.ts'
import type { ServerConfig } from './config.ts'
import { openStore } from './open-store.ts'
import { makeDataFolder } from './secret-file.ts'

/**
 * Opens a database that was restored from a backup, and starts a new epoch in its log: everything issued before is dead, whether or
 * not the backup knows that it was revoked.
 *
 * @param backup A file to put in the place of the SQLite database first; without it, what stands there is the backup.
 * @returns where the new epoch begins.
 * @throws {StoreLockedError} when a server is running on the database.
 */
export async function restoreDatabase(config: ServerConfig, backup?: string, clock: Clock = systemClock): Promise<Position> {
  const { database } = config
  if (backup !== undefined) {
    if (database.kind !== 'sqlite') throw new Error('Only a SQLite database has a file that a backup can take the place of.')
    makeDataFolder(database.path)
    placeBackup(backup, database.path)
  }
  const store: Store = await openStore(config, clock, true)
  try {
    return (await store.log.head()).position
  } finally {
    await store.close()
  }
}
