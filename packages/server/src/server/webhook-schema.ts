import {
  type DeliveryRecord,
  deliveryStates,
  eventTypeOf,
  secretsAt,
  type WebhookEndpoint,
  webhookEventNames,
  type WebhookEventType,
} from '../delivery/index.ts'
import type { EpochMs } from 'countersign/core'
import * as z from 'zod'
import { moment } from './representation.ts'

/** Endpoints and deliveries: what requests are checked against, and how they are shown. */

export const ENDPOINTS_PATH = '/v1/webhook-endpoints'
export const DELIVERIES_PATH = '/v1/webhook-deliveries'

const printable = /^[^\p{Cc}]*$/u
/** What may be called is for the guard of outgoing calls to say. */
const url = z.string().min(1).max(2048).regex(printable)
const eventName = z.enum(webhookEventNames as readonly [WebhookEventType, ...WebhookEventType[]])
const events = z.array(eventName).min(1).max(64)
const description = z.string().min(1).max(500).regex(printable)
const signature = z.enum(['v1', 'v1a'])
const status = z.enum(['enabled', 'paused', 'disabled'])
const state = z.enum(deliveryStates)
const word = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\x21-\x7e]+$/)
const instant = z.iso.datetime()

export interface NewEndpointBody {
  readonly url: string
  readonly events?: WebhookEventType[] | undefined
  readonly description?: string | undefined
  readonly signature: 'v1' | 'v1a'
}

export const newEndpointBody: z.ZodType<NewEndpointBody> = z.strictObject({
  url,
  /** Absent: everything, also what later versions add. */
  events: events.optional(),
  description: description.optional(),
  /** `v1`: with a secret of the endpoint. `v1a`: with the key of this server. */
  signature: signature.default('v1'),
})

export interface EndpointBody {
  readonly url?: string | undefined
  readonly events?: WebhookEventType[] | null | undefined
  readonly description?: string | null | undefined
  readonly status?: 'enabled' | 'paused' | 'disabled' | undefined
}

export const endpointBody: z.ZodType<EndpointBody> = z.strictObject({
  url: url.optional(),
  events: events.nullable().optional(),
  description: description.nullable().optional(),
  status: status.optional(),
})

const WEEK_SECONDS = 604_800

export const rotationBody: z.ZodType<{ overlap_seconds: number }> = z.strictObject({
  /** For so long the secret before signs as well. */
  overlap_seconds: z.int().min(0).max(WEEK_SECONDS).default(86_400),
})

export const endpointSchema: z.ZodType = z.strictObject({
  id: z.string(),
  url: z.string(),
  events: z.array(z.string()).nullable(),
  description: z.string().nullable(),
  signature,
  /** How many secrets sign at the moment. */
  secrets: z.int(),
  status,
  reason: z.string().nullable(),
  failing_since: instant.nullable(),
  created_at: instant,
})

export const issuedEndpointSchema: z.ZodType = z.strictObject({
  webhook_endpoint: endpointSchema,
  /** `whsec_…`; null where the server's own key signs. */
  secret: z.string().nullable(),
})

export const endpointWithBacklogSchema: z.ZodType = z.strictObject({
  webhook_endpoint: endpointSchema,
  waiting: z.int(),
  dead: z.int(),
  oldest_at: instant.nullable(),
})

export const endpointTestSchema: z.ZodType = z.strictObject({
  delivered: z.boolean(),
  /** Of the answer; null when there was none. */
  status: z.int().nullable(),
  problem: z.string().nullable(),
})

export const deliverySchema: z.ZodType = z.strictObject({
  id: z.string(),
  endpoint: z.string(),
  type: z.string(),
  state,
  attempts: z.int(),
  created_at: instant,
  /** When it is tried next. */
  due_at: instant.nullable(),
  /** When it was delivered, or given up. */
  settled_at: instant.nullable(),
  /** What the last attempt has come to: the status, or why there was no answer. */
  outcome: z.string().nullable(),
})

export const deliveryWithPayloadSchema: z.ZodType = z.strictObject({
  webhook_delivery: deliverySchema,
  /** The very text that is sent. */
  payload: z.string(),
})

interface Selection {
  readonly state?: DeliveryRecord['state'] | undefined
  readonly since?: string | undefined
  readonly until?: string | undefined
}

export interface DeliveriesQuery extends Selection {
  readonly endpoint?: string | undefined
  readonly after?: string | undefined
  readonly limit: number
}

const selection = { state: state.optional(), since: instant.optional(), until: instant.optional() }

/** Which page of a list of deliveries. */
export const pageMembers: { readonly after: z.ZodOptional<z.ZodString>; readonly limit: z.ZodType<number> } = {
  after: z
    .string()
    .regex(/^\d{1,15}~[A-Za-z0-9_.-]{1,128}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
}

export const deliveriesQuery: z.ZodType<DeliveriesQuery> = z.strictObject({ ...selection, endpoint: word.optional(), ...pageMembers })

export interface ReplayBody extends Selection {
  readonly endpoint: string
}

/** What is sent again: what was given up, if nothing else is said. */
export const replayBody: z.ZodType<ReplayBody> = z.strictObject({
  endpoint: word,
  ...selection,
  state: z.enum(['dead', 'delivered']).default('dead'),
})

type Shown = Readonly<Record<string, unknown>>

const momentOrNull = (at: EpochMs | undefined): string | null => (at === undefined ? null : moment(at))

export const showEndpoint = (endpoint: WebhookEndpoint, now: EpochMs): Shown => ({
  id: endpoint.id,
  url: endpoint.url,
  events: endpoint.events ?? null,
  description: endpoint.description ?? null,
  signature: endpoint.signature,
  secrets: secretsAt(endpoint, now).length,
  status: endpoint.status,
  reason: endpoint.reason ?? null,
  failing_since: momentOrNull(endpoint.failingSince),
  created_at: moment(endpoint.createdAt),
})

export const showDelivery = (record: DeliveryRecord): Shown => ({
  id: record.id,
  endpoint: record.destination,
  type: eventTypeOf(record.payload),
  state: record.state,
  attempts: record.attempts,
  created_at: moment(record.createdAt),
  due_at: momentOrNull(record.dueAt),
  settled_at: momentOrNull(record.settledAt),
  outcome: record.note ?? null,
})

/** The `after` of the page behind this record. */
export const placeText = ({ createdAt, id }: DeliveryRecord): string => `${createdAt}~${id}`

export function placeOf(text: string): { readonly createdAt: EpochMs; readonly id: string } {
  const [createdAt = '', id = ''] = text.split('~')
  return { createdAt: Number(createdAt), id }
}

export const timeOf = (text: string | undefined): EpochMs | undefined => (text === undefined ? undefined : Date.parse(text))
