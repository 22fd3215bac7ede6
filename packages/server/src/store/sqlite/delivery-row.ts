import type { DeliveryRecord, DeliveryState } from '../../delivery/delivery-history.ts'
import type { Destination, DestinationState, Job, NewJob } from '../../delivery/delivery-store.ts'

export interface DestinationRow {
  readonly id: string
  readonly kind: string
  readonly owner: string | null
  readonly state: DestinationState
  readonly reason: string | null
  readonly settings: string
  readonly position: number
  readonly revision: number
  readonly created_at: number
}

export interface NewJobRow {
  readonly id: string
  readonly destination: string
  readonly payload: string
  readonly urgent: number
  readonly created_at: number
}

export interface JobRow extends NewJobRow {
  readonly sequence: number
  readonly attempt: number
}

export interface BacklogRow {
  readonly waiting: number
  readonly dead: number
  readonly oldest_at: number | null
}

export const destinationColumns = 'id, kind, owner, state, reason, settings, position, revision, created_at'
export const jobColumns = 'id, destination, payload, urgent, created_at'

export const destinationOf = (row: DestinationRow): Destination => ({
  id: row.id,
  kind: row.kind,
  owner: row.owner ?? undefined,
  state: row.state,
  reason: row.reason ?? undefined,
  settings: row.settings,
  position: row.position,
  revision: row.revision,
  createdAt: row.created_at,
})

export const newJobOf = (row: NewJobRow): NewJob => ({
  id: row.id,
  destination: row.destination,
  payload: row.payload,
  urgent: row.urgent === 1,
  createdAt: row.created_at,
})

/** What a statement has taken comes in no order. */
export const jobsOf = (rows: readonly JobRow[]): readonly Job[] =>
  [...rows].sort((a, b) => a.sequence - b.sequence).map((row) => ({ ...newJobOf(row), attempt: row.attempt }))

export interface DeliveryRecordRow {
  readonly id: string
  readonly destination: string
  readonly payload: string
  readonly created_at: number
  readonly state: DeliveryState
  readonly attempt: number
  readonly due_at: number | null
  readonly settled_at: number | null
  readonly note: string | null
}

export const deliveryRecordOf = (row: DeliveryRecordRow): DeliveryRecord => ({
  id: row.id,
  destination: row.destination,
  payload: row.payload,
  createdAt: row.created_at,
  state: row.state,
  attempts: row.attempt,
  dueAt: row.due_at ?? undefined,
  settledAt: row.settled_at ?? undefined,
  note: row.note ?? undefined,
})

/** The urgent stand before the others; in each line the first is found by the index, however long it is. */
export const oldestWaiting = (destinations: string, jobs: string): string => `
  SELECT kind, min(created_at) AS created_at FROM (
    SELECT kind, ${firstInLine(jobs, 1)} AS created_at FROM ${destinations} d
    UNION ALL SELECT kind, ${firstInLine(jobs, 0)} FROM ${destinations} d
  ) AS line WHERE created_at IS NOT NULL GROUP BY kind`

const firstInLine = (jobs: string, urgent: 0 | 1): string =>
  `(SELECT created_at FROM ${jobs} WHERE destination = d.id AND dead_at IS NULL AND urgent = ${urgent} ORDER BY sequence LIMIT 1)`
