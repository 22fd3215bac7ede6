import type { EpochMs } from 'countersign/core'
import type { NewJob } from './delivery-store.ts'

/** `waiting`: it will be tried, or tried again. `dead`: it was given up. */
export type DeliveryState = 'waiting' | 'delivered' | 'dead'

export const deliveryStates: readonly DeliveryState[] = Object.freeze(['waiting', 'delivered', 'dead'])

/** A job, and what has become of it. */
export interface DeliveryRecord extends Omit<NewJob, 'urgent'> {
  readonly state: DeliveryState
  readonly attempts: number
  /** When it is tried next; of those that wait. */
  readonly dueAt: EpochMs | undefined
  /** When it was delivered, or given up. */
  readonly settledAt: EpochMs | undefined
  /** What the last attempt has come to. */
  readonly note: string | undefined
}

/** Where a page of a list begins: behind this one. */
export interface DeliveryPlace {
  readonly createdAt: EpochMs
  readonly id: string
}

export interface DeliverySelection {
  readonly kind: string
  /** Undefined: all of the kind. */
  readonly destination: string | undefined
  readonly states: readonly DeliveryState[]
  /** Made then or later. */
  readonly since: EpochMs | undefined
  /** Made before then. */
  readonly until: EpochMs | undefined
}

export interface DeliveryPage extends DeliverySelection {
  readonly after: DeliveryPlace | undefined
  readonly limit: number
}

/** The queue as people look at it: what waits, what was given up, and what was delivered and `keep` has kept. */
export interface DeliveryHistory {
  /** Newest first. */
  list(page: DeliveryPage): Promise<readonly DeliveryRecord[]>
  find(kind: string, id: string): Promise<DeliveryRecord | undefined>
  /** Makes one due at once, as if it were new, whatever has become of it. @returns whether there is one. */
  repeat(kind: string, id: string, now: EpochMs): Promise<boolean>
  /** The same for all that were settled, oldest first, so many at most. What waits, waits on. @returns how many. */
  repeatAll(selection: DeliverySelection, limit: number, now: EpochMs): Promise<number>
  /** Drops what was delivered before, so many at most. @returns how many. */
  sweep(before: EpochMs, limit: number): Promise<number>
}
