import { type Clock, type EpochMs, systemClock, systemPlatform } from 'countersign/core'
import type { Position } from 'countersign/revocation'
import { AuditChain, bodyOf } from '../audit/index.ts'
import { placeBackup, type Store } from '../store/index.ts'
import type { ServerConfig } from './config.ts'
import { openStore } from './open-store.ts'
import { developmentSecret, makeDataFolder } from './secret-file.ts'

/**
 * Opens a database that was restored from a backup, and starts a new epoch in its log: everything issued before is dead, whether or
 * not the backup knows that it was revoked.
 *
 * @param backup A file to put in the place of the SQLite database first; without it, what stands there is the backup.
 * @returns where the new epoch begins.
 * @throws {StoreLockedError} when a server is running on the database.
 * @throws {Error} when the epoch has begun and could not be put on record, for want of the master secret: then no server can start on it either.
 */
export async function restoreDatabase(config: ServerConfig, backup?: string, clock: Clock = systemClock): Promise<Position> {
  const { database } = config
  if (backup !== undefined) {
    if (database.kind !== 'sqlite') throw new Error('Only a SQLite database has a file that a backup can take the place of.')
    makeDataFolder(database.path)
    placeBackup(backup, database.path)
  }
  const store: Store = await openStore(config, clock, { isBackup: true })
  try {
    const { position } = await store.log.head()
    await recordRestore(store, config, { position, at: clock.now() })
    return position
  } finally {
    await store.close()
  }
}

/** Behind what the backup knows of: whoever has a later checkpoint finds the end cut off, and here by whom. */
async function recordRestore(
  store: Store,
  config: ServerConfig,
  { position, at }: { readonly position: Position; readonly at: EpochMs },
): Promise<void> {
  const { random } = systemPlatform
  const master = config.secret ?? developmentSecret(config.database, random)
  const chain = await AuditChain.open({ store: store.sealedSecrets, master, platform: systemPlatform })
  const target = { kind: 'epoch', id: String(position) }
  await store.audit.settle(chain)
  await store.audit.append(bodyOf({ at, operation: 'restore', actor: { kind: 'local' }, target, outcome: 'done' }), chain)
}
