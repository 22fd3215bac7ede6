import type { EpochMs } from 'countersign/core'
import * as z from 'zod'
import type { Elevation } from '../session/index.ts'
import { moment } from './representation.ts'

/** Roles for a while, in the API. */

const time = z.iso.datetime()

export const elevationSchema: z.ZodType = z.strictObject({
  id: z.string(),
  user: z.string(),
  role: z.string(),
  reason: z.string(),
  /** `local`: the administrator of the machine. */
  started_by: z.string(),
  started_at: time,
  ends_at: time,
  ended_at: time.nullable(),
  /** `clock`, `suspension`, `local`, or an operator. */
  ended_by: z.string().nullable(),
  active: z.boolean(),
})

export const showElevation = (
  { id, user, role, reason, startedBy, startedAt, endsAt, endedAt, endedBy }: Elevation,
  now: EpochMs,
): Readonly<Record<string, unknown>> => ({
  id,
  user,
  role,
  reason,
  started_by: startedBy ?? 'local',
  started_at: moment(startedAt),
  ends_at: moment(endsAt),
  ended_at: endedAt === undefined ? null : moment(endedAt),
  ended_by: endedBy ?? null,
  active: endedAt === undefined && endsAt > now,
})
