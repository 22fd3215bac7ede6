export { MemoryReplayStore, type MemoryReplayStoreOptions } from './memory.ts'
export type { ReplayStore } from './replay-store.ts'
