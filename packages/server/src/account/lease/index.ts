export { type LeaseCaller, LONGEST_LEASE_SECONDS, Leases, type LeaseStatus, type OpenedLease } from './leases.ts'
export type { Lease, LeaseEvent, LeaseStore, PoolUser } from './lease-store.ts'
