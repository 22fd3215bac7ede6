import type { Clock } from 'countersign/core'
import {
  createMemoryStore,
  openPostgresStore,
  openSqliteStore,
  type PostgresStoreOptions,
  type Store,
  type StoreObserver,
} from '../store/index.ts'
import type { ServerConfig } from './config.ts'

/**
 * No access token lives longer, whatever the configuration of the day says: one that was issued before the life was
 * shortened must find its cut-off, and its key, as long as it lives.
 */
export const LONGEST_TOKEN_SECONDS = 3600
export const CLOCK_SKEW_SECONDS = 5

export interface OpenOptions {
  readonly isBackup?: boolean
  readonly observer?: StoreObserver
  readonly patience?: PostgresStoreOptions['patience'] | undefined
}

/** How long a cut-off matters: as long as a token that it could kill. */
export const cutoffLifeMsOf = ({ foreignTokenSeconds }: Pick<ServerConfig, 'foreignTokenSeconds'>): number =>
  (Math.max(LONGEST_TOKEN_SECONDS, foreignTokenSeconds) + CLOCK_SKEW_SECONDS) * 1000

/** Opens the database of the configuration, made or brought up to date where that is needed. */
export async function openStore(
  config: ServerConfig,
  clock: Clock,
  { isBackup = false, observer, patience }: OpenOptions = {},
): Promise<Store> {
  const { database } = config
  const cutoffLifeMs = cutoffLifeMsOf(config)
  switch (database.kind) {
    case 'memory':
      return createMemoryStore({ clock, cutoffLifeMs })
    case 'sqlite':
      return openSqliteStore({ path: database.path, clock, cutoffLifeMs, isBackup, observer })
    case 'postgres': {
      const store = await openPostgresStore({ url: database.url, clock, cutoffLifeMs, observer, patience })
      if (isBackup) await store.log.openEpoch(clock.now())
      return store
    }
  }
}
