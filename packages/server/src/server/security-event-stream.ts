import * as z from 'zod'
import {
  MIN_VERIFICATION_SECONDS,
  type SecurityEventStream,
  type StreamKeeper,
  type StreamRequest,
  supportedEvents,
} from '../delivery/index.ts'
import type { Caller } from './caller.ts'
import { InvalidRequest } from './field-error.ts'

/** The words of Shared Signals 1.0 section 8, and how ours are said in them. */

export const STREAMS_PATH = '/v1/security-event-streams'

const methods = { push: 'urn:ietf:rfc:8935', poll: 'urn:ietf:rfc:8936' } as const
export const deliveryMethods: readonly string[] = Object.freeze(Object.values(methods))

const printable = /^[^\p{Cc}]*$/u
const uri = z.string().min(1).max(256).regex(printable)
const uris = z.array(uri).max(64)
export const streamId: z.ZodType<string> = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/)
/** What is not named lists all of the caller's streams. */
export const streamQuery: z.ZodType<{ stream_id?: string | undefined }> = z.strictObject({ stream_id: streamId.optional() })
export const oneStreamQuery: z.ZodType<{ stream_id: string }> = z.strictObject({ stream_id: streamId })
export const streamStatus: z.ZodType<'enabled' | 'paused' | 'disabled'> = z.enum(['enabled', 'paused', 'disabled'])
export const reason: z.ZodType<string | undefined> = z.string().min(1).max(500).regex(printable).optional()
const description = z.string().max(500).regex(printable).optional()

const delivery: z.ZodType<StreamDelivery> = z.strictObject({
  method: z.enum([methods.push, methods.poll]),
  endpoint_url: z.string().min(1).max(2048).regex(printable).optional(),
  /** Sent with each event; sealed, and never shown again. */
  authorization_header: z
    .string()
    .max(2048)
    .regex(/^[\x20-\x7e]*$/)
    .optional(),
})

const receiverSupplied = { delivery: delivery.optional(), events_requested: uris.optional(), description }

/** `aud`: only an operator says it, for a receiver that has no credential here. */
export const newStreamBody: z.ZodType<StreamBody & { aud?: string | undefined }> = z.strictObject({
  ...receiverSupplied,
  aud: uri.optional(),
})

/** A receiver may send back what it was told, as long as it is still so. */
export const streamBody: z.ZodType<StreamBody & StreamFacts & { stream_id: string }> = z.strictObject({
  ...receiverSupplied,
  stream_id: streamId,
  iss: uri.optional(),
  aud: uri.optional(),
  events_supported: uris.optional(),
  events_delivered: uris.optional(),
  min_verification_interval: z.int().optional(),
})

interface StreamDelivery {
  readonly method: (typeof methods)[keyof typeof methods]
  readonly endpoint_url?: string | undefined
  readonly authorization_header?: string | undefined
}

export interface StreamBody {
  readonly delivery?: StreamDelivery | undefined
  readonly events_requested?: string[] | undefined
  readonly description?: string | undefined
}

/** What the transmitter alone says (section 8.1.1). */
interface StreamFacts {
  readonly iss?: string | undefined
  readonly aud?: string | undefined
  readonly events_supported?: string[] | undefined
  readonly events_delivered?: string[] | undefined
  readonly min_verification_interval?: number | undefined
}

export const streamSchema: z.ZodType = z.strictObject({
  stream_id: z.string(),
  iss: z.string(),
  aud: z.string(),
  delivery: z.strictObject({ method: z.string(), endpoint_url: z.string() }),
  events_supported: z.array(z.string()),
  events_requested: z.array(z.string()).optional(),
  events_delivered: z.array(z.string()),
  description: z.string().optional(),
  min_verification_interval: z.int(),
})

export const streamStatusSchema: z.ZodType = z.strictObject({
  stream_id: z.string(),
  status: streamStatus,
  reason: z.string().optional(),
  /** Events that were not delivered yet. */
  waiting: z.int().optional(),
  /** Events that the receiver does not want. */
  refused: z.int().optional(),
})

type Shown = Readonly<Record<string, unknown>>

export const pollUrl = (issuer: string, stream: string): string => `${issuer}${STREAMS_PATH}/${stream}/events`

export const showStream = (stream: SecurityEventStream, issuer: string): Shown => ({
  stream_id: stream.id,
  iss: issuer,
  aud: stream.audience,
  delivery: {
    method: methods[stream.delivery.method],
    endpoint_url: stream.delivery.method === 'push' ? stream.delivery.endpoint : pollUrl(issuer, stream.id),
  },
  events_supported: supportedEvents,
  ...(stream.requested === undefined ? {} : { events_requested: stream.requested }),
  events_delivered: stream.delivered,
  ...(stream.description === undefined ? {} : { description: stream.description }),
  min_verification_interval: MIN_VERIFICATION_SECONDS,
})

/** A service keeps its own streams, an operator everyone's. */
export const keeperOf = (caller: Caller): StreamKeeper => (caller.kind === 'service' ? caller.service.id : undefined)

export function streamRequestOf({ delivery: said, events_requested: requested, description }: StreamBody): StreamRequest {
  if (said === undefined) return { requested, description }
  const { method, endpoint_url: endpoint, authorization_header: authorization } = said
  return { requested, description, delivery: method === methods.push ? { method: 'push', endpoint, authorization } : { method: 'poll' } }
}

/** Section 8.1.1.3: what the transmitter supplies must be as it is. @throws {InvalidRequest} */
export function requireTrue(body: StreamBody & StreamFacts, stream: SecurityEventStream, issuer: string): void {
  const shown = showStream(stream, issuer)
  const names = ['iss', 'aud', 'events_supported', 'events_delivered', 'min_verification_interval'] as const
  const wrong = names.filter((name) => body[name] !== undefined && JSON.stringify(body[name]) !== JSON.stringify(shown[name]))
  const { delivery: said } = body
  const isOtherPoll = said?.method === methods.poll && said.endpoint_url !== undefined && said.endpoint_url !== pollUrl(issuer, stream.id)
  const pointers = [...wrong.map((name) => `/${name}`), ...(isOtherPoll ? ['/delivery/endpoint_url'] : [])]
  if (pointers.length > 0) throw new InvalidRequest(pointers.map((pointer) => ({ pointer, detail: 'is for the transmitter to say' })))
}
