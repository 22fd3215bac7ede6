import { type EpochMs, isJsonObject, newId, parseJson, type Platform } from 'countersign/core'
import type { NewJob } from '../delivery-store.ts'
import type { WebhookEventType } from './event-type.ts'

/** Something that endpoints are told of. It names things and holds no content: who is told asks for the rest, and may. */
export interface WebhookEvent {
  /** Stable: what a receiver drops duplicates by. Without a dot. */
  readonly id: string
  readonly type: WebhookEventType
  readonly at: EpochMs
  readonly data: Readonly<Record<string, unknown>>
}

/** Where every event goes first: one destination, out of which it is dealt to the endpoints. It is also the kind. */
export const EXCHANGE = 'webhook-events'
/** The kind of the endpoints. */
export const WEBHOOK = 'webhook'

export const newEvent = (type: WebhookEventType, data: WebhookEvent['data'], { clock, random }: Platform): WebhookEvent => ({
  id: newId('evt', random),
  type,
  at: clock.now(),
  data,
})

/** The very text that is sent and signed, the same at each attempt and to each endpoint. */
export const bodyOf = ({ id, type, at, data }: WebhookEvent): string =>
  JSON.stringify({ id, type, timestamp: new Date(at).toISOString(), data })

/** To be committed with what it tells of. Where there never was an endpoint there is no exchange, and it vanishes. */
export const eventJob = (event: WebhookEvent): NewJob => ({
  id: event.id,
  destination: EXCHANGE,
  payload: bodyOf(event),
  urgent: false,
  createdAt: event.at,
})

/** What a job of the exchange becomes for one endpoint. */
export const endpointJob = (endpoint: string, { id, payload, createdAt }: NewJob): NewJob => ({
  id: `${endpoint}.${id}`,
  destination: endpoint,
  payload,
  urgent: false,
  createdAt,
})

/** The id of the event that a job of an endpoint delivers. */
export const eventIdOf = (job: string): string => job.slice(job.indexOf('.') + 1)

/** @throws {TypeError} for a text that `bodyOf` has not made. */
export function eventTypeOf(body: string): string {
  const value = parseJson(body)
  if (!isJsonObject(value) || typeof value['type'] !== 'string') throw new TypeError('no event')
  return value['type']
}
