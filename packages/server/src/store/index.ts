export { createMemoryStore, type MemoryStoreOptions } from './memory/store.ts'
export { openSqliteStore, type SqliteStoreOptions } from './sqlite/store.ts'
export { StoreLockedError } from './sqlite/writer-lock.ts'
export type { Store, StoreOptions } from './store.ts'
