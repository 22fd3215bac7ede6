import { AuthError, type Clock, systemClock } from 'countersign/core'
import { MemoryReplayStore } from 'countersign/replay'
import type { Store, StoreOptions } from '../store.ts'
import { MemoryCallerKeyStore } from './caller-key-store.ts'
import { MemoryKeyStore } from './key-store.ts'
import { MemoryDeliveryStore } from './delivery-store.ts'
import { MemoryEventLog } from './event-log.ts'
import { MemoryFactorStore } from './factor-store.ts'
import { Log } from './log.ts'
import { MemoryLogStore } from './log-store.ts'
import { MemoryServiceCredentialStore } from './service-credential-store.ts'
import { MemorySessionStore } from './session-store.ts'
import { Tables } from './tables.ts'
import { MemoryUserStore } from './user-store.ts'

export interface MemoryStoreOptions extends StoreOptions {
  /** For the claims of the replay store. Default: the system's. */
  readonly clock?: Clock
}

/** Every port over plain maps, for tests and demonstrations: nothing survives the process. */
export function createMemoryStore({ cutoffLifeMs, clock = systemClock }: MemoryStoreOptions): Store {
  const tables = new Tables(new Log(cutoffLifeMs))
  let isClosed = false
  return {
    log: new MemoryLogStore(tables),
    keys: new MemoryKeyStore(tables, cutoffLifeMs),
    users: new MemoryUserStore(tables),
    factors: new MemoryFactorStore(tables),
    sessions: new MemorySessionStore(tables),
    services: new MemoryServiceCredentialStore(tables),
    callerKeys: new MemoryCallerKeyStore(tables),
    replay: new MemoryReplayStore({ clock }),
    events: new MemoryEventLog(tables.log),
    deliveries: new MemoryDeliveryStore(tables),
    ping: async () => {
      if (isClosed) throw new AuthError('unavailable', { storage: 'closed' })
    },
    close: async () => {
      isClosed = true
    },
  }
}
