import { BrowserTable } from './browser-table.ts'
import type { SessionStorage } from './stored-session.ts'

export interface WorkerStorageOptions {
  /** Of the database. Default `countersign-session`. */
  readonly database?: string
  /** Default: the page's. */
  readonly indexedDB?: IDBFactory
}

const SESSIONS = 'sessions'

/**
 * Keeps the session in IndexedDB, where pages, workers and service workers of one origin all find it. Every script of the origin can read it, as
 * `localStorage`.
 *
 * @throws {Error} There is no IndexedDB here. Its methods reject with what IndexedDB says, a full disk for one.
 */
export function workerStorage(options: WorkerStorageOptions = {}): SessionStorage {
  const { database = 'countersign-session', indexedDB = globalThis.indexedDB } = options
  if (indexedDB === undefined) throw new Error('there is no IndexedDB here: keep the session where this runtime keeps secrets')
  const sessions = new BrowserTable(indexedDB, database, SESSIONS)
  return {
    getItem: async (name) => (await sessions.ask('readonly', (table) => table.get(name) as IDBRequest<string | undefined>)) ?? null,
    setItem: async (name, value) => {
      await sessions.ask('readwrite', (table) => table.put(value, name))
    },
    removeItem: (name) => sessions.ask('readwrite', (table) => table.delete(name)),
  }
}
