import type { Clock, EpochMs } from '../core/index.ts'

/**
 * Where sessions are kept that do not stand in their cookie: a table, a hash of Redis. The cookie then holds a handle. What is kept is sealed with the
 * keys of the cookies, and found by the hash of the handle: who reads the store has neither.
 */
export interface BackendSessionStore {
  read(id: string): Promise<string | undefined>
  /** Puts it in the place of what is there. After `endsAt` nobody asks for it again. */
  write(id: string, sealed: string, endsAt: EpochMs): Promise<void>
  remove(id: string): Promise<void>
}

const MOST = 100_000

/** Sessions in the memory of one process: for development, and for a backend that is one process and may forget. */
export function memorySessionStore(clock: Clock): BackendSessionStore {
  const kept = new Map<string, { readonly sealed: string; readonly endsAt: EpochMs }>()
  return Object.freeze({
    async read(id: string): Promise<string | undefined> {
      const found = kept.get(id)
      return found === undefined || found.endsAt <= clock.now() ? undefined : found.sealed
    },
    async write(id: string, sealed: string, endsAt: EpochMs): Promise<void> {
      kept.delete(id)
      kept.set(id, { sealed, endsAt })
      const [oldest] = kept.keys()
      if (kept.size > MOST && oldest !== undefined) kept.delete(oldest)
    },
    async remove(id: string): Promise<void> {
      kept.delete(id)
    },
  })
}
