import type { EpochMs } from 'countersign/core'
import * as z from 'zod'
import {
  type Lease,
  type LeaseCaller,
  type LeaseEvent,
  LONGEST_LEASE_SECONDS,
  type OpenedLease,
  type PoolUser,
} from '../account/lease/index.ts'
import type { Encrypt } from '../credential/index.ts'

import { type Caller, isOperator, operatorName } from './caller.ts'
import type { Client } from './connection.ts'
import { moment } from './representation.ts'

/** Leases, in the API. */

const time = z.iso.datetime()

export const poolName: z.ZodType<string> = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/)

export const poolUserSchema: z.ZodType = z.strictObject({
  user: z.string(),
  email: z.string(),
  pool: z.string(),
  /** The lease that stands. */
  lease: z.string().nullable(),
  /** `set_aside`: an operator has restored them, or they have another address by now. */
  state: z.enum(['free', 'leased', 'set_aside']),
})

export const showPoolUser = ({ user, email, pool, lease, isSetAside }: PoolUser): Readonly<Record<string, unknown>> => ({
  user,
  email,
  pool,
  lease: lease ?? null,
  state: lease !== undefined ? 'leased' : isSetAside ? 'set_aside' : 'free',
})

export const leaseSchema: z.ZodType = z.strictObject({
  id: z.string(),
  pool: z.string(),
  user: z.string(),
  email: z.string(),
  /** `local`: the administrator of the machine. */
  started_by: z.string(),
  started_at: time,
  ends_at: time,
  ended_at: time.nullable(),
  /** `clock`, `local`, or whoever has ended it. */
  ended_by: z.string().nullable(),
  active: z.boolean(),
})

export const showLease = (
  { id, pool, user, email, startedBy, startedAt, endsAt, endedAt, endedBy }: Lease,
  now: EpochMs,
): Readonly<Record<string, unknown>> => ({
  id,
  pool,
  user,
  email,
  started_by: startedBy ?? 'local',
  started_at: moment(startedAt),
  ends_at: moment(endsAt),
  ended_at: endedAt === undefined ? null : moment(endedAt),
  ended_by: endedBy ?? null,
  active: endedAt === undefined && endsAt > now,
})

export const leaseEventSchema: z.ZodType = z.strictObject({
  kind: z.enum(['started', 'revealed', 'ended']),
  at: time,
  by: z.string(),
  address: z.string().nullable(),
})

export const showLeaseEvent = ({ kind, at, by, address }: LeaseEvent): Readonly<Record<string, unknown>> => ({
  kind,
  at: moment(at),
  by: by ?? 'local',
  address: address ?? null,
})

/** One of `credentials` and `encrypted_credentials`, or neither where the lease is locked. */
export const openedLeaseSchema: z.ZodType = z.strictObject({
  lease: leaseSchema,
  credentials: z.strictObject({ email: z.string(), password: z.string() }).optional(),
  /** JWE in compact form of the document `{"email", "password"}`, encrypted to `deliver_to`. */
  encrypted_credentials: z.string().optional(),
  /** Opens the lease once, by `/reveal`. It stands nowhere else. */
  unlock_key: z.string().optional(),
})

export const leaseSeconds: z.ZodType<number> = z.int().min(1).max(LONGEST_LEASE_SECONDS)

export const leaseCaller = (caller: Caller, { address }: Client): LeaseCaller => ({
  by: operatorName(caller),
  address,
  isOperator: isOperator(caller),
})

/** What was opened, encrypted where that was asked for. */
export async function showOpened(
  { lease, credentials, unlockKey }: OpenedLease,
  encrypt: Encrypt | undefined,
  now: EpochMs,
): Promise<Readonly<Record<string, unknown>>> {
  return {
    lease: showLease(lease, now),
    ...(credentials !== undefined && encrypt === undefined ? { credentials } : {}),
    ...(credentials !== undefined && encrypt !== undefined ? { encrypted_credentials: await encrypt(credentials) } : {}),
    ...(unlockKey === undefined ? {} : { unlock_key: unlockKey }),
  }
}
