export { MemoryReplayStore, type MemoryReplayStoreOptions } from './memory.ts'
export { type PostgresQueries, PostgresReplayStore, type PostgresReplayStoreOptions } from './postgres.ts'
export { type RedisCommands, RedisReplayStore, type RedisReplayStoreOptions } from './redis.ts'
export type { ReplayStore } from './replay-store.ts'
