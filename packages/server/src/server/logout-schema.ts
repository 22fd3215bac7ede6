import { type DeliveryRecord, type DeliveryState, deliveryStates } from '../delivery/index.ts'
import { endedOf } from '../oauth/index.ts'
import * as z from 'zod'
import { moment, momentOrNull, type Shown } from './representation.ts'
import { pageMembers } from './webhook-schema.ts'

/** What clients were told of the end of sessions: what requests are checked against, and how it is shown. */

export interface ClientDeliveriesQuery {
  readonly state?: DeliveryState | undefined
  readonly after?: string | undefined
  readonly limit: number
}

export const clientDeliveriesQuery: z.ZodType<ClientDeliveriesQuery> = z.strictObject({
  state: z.enum(deliveryStates).optional(),
  ...pageMembers,
})

const instant = z.iso.datetime()

export const clientDeliverySchema: z.ZodType = z.strictObject({
  id: z.string(),
  /** Which has ended. */
  session: z.string(),
  user: z.string(),
  state: z.enum(deliveryStates),
  attempts: z.int(),
  created_at: instant,
  /** When it is tried next. */
  due_at: instant.nullable(),
  /** When it was delivered, or given up. */
  settled_at: instant.nullable(),
  /** What the last attempt has come to: the status, or why there was no answer. */
  outcome: z.string().nullable(),
})

export const showClientDelivery = (record: DeliveryRecord): Shown => ({
  id: record.id,
  ...endedOf(record),
  state: record.state,
  attempts: record.attempts,
  created_at: moment(record.createdAt),
  due_at: momentOrNull(record.dueAt),
  settled_at: momentOrNull(record.settledAt),
  outcome: record.note ?? null,
})
