import type { Lease, LeaseEvent, PoolUser } from '../../account/lease/lease-store.ts'

export interface LeaseRow {
  readonly id: string
  readonly pool: string
  readonly user_id: string
  readonly email: string
  readonly started_by: string | null
  readonly started_at: number
  readonly ends_at: number
  readonly ended_at: number | null
  readonly ended_by: string | null
  readonly sealed: string | null
}

export const leaseColumns: readonly (keyof LeaseRow)[] = [
  ...(['id', 'pool', 'user_id', 'email', 'started_by', 'started_at', 'ends_at', 'ended_at', 'ended_by', 'sealed'] as const),
]

export const leaseOf = (row: LeaseRow): Lease => ({
  id: row.id,
  pool: row.pool,
  user: row.user_id,
  email: row.email,
  startedBy: row.started_by ?? undefined,
  startedAt: row.started_at,
  endsAt: row.ends_at,
  endedAt: row.ended_at ?? undefined,
  endedBy: row.ended_by ?? undefined,
  sealed: row.sealed ?? undefined,
})

/** In the order of `leaseColumns`. */
export const leaseValues = (lease: Lease): readonly (string | number | null)[] => [
  ...[lease.id, lease.pool, lease.user, lease.email, lease.startedBy ?? null, lease.startedAt, lease.endsAt],
  ...[lease.endedAt ?? null, lease.endedBy ?? null, lease.sealed ?? null],
]

export interface LeaseEventRow {
  readonly kind: LeaseEvent['kind']
  readonly at: number
  readonly caller: string | null
  readonly address: string | null
}

export const leaseEventOf = ({ kind, at, caller, address }: LeaseEventRow): LeaseEvent => ({
  kind,
  at,
  by: caller ?? undefined,
  address: address ?? undefined,
})

export interface PoolUserRow {
  readonly user_id: string
  readonly email: string
  readonly pool: string
  readonly lease: string | null
  readonly set_aside: number
}

export const poolUserOf = (row: PoolUserRow): PoolUser => ({
  user: row.user_id,
  email: row.email,
  pool: row.pool,
  lease: row.lease ?? undefined,
  isSetAside: row.set_aside === 1,
})
