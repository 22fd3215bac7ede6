import { encodeBase64url, type EpochMs, type Platform, parseJsonObject, toEpochSeconds } from 'countersign/core'
import type { SecurityEventClaims } from 'countersign/token'
import type { Destination, DestinationState, NewJob } from '../delivery-store.ts'
import { supportedEvents } from './event-type.ts'

/** Kinds of destination: streams that are pushed (RFC 8935) and streams that are fetched (RFC 8936). */
export const PUSHED = 'security-event-push'
export const POLLED = 'security-event-poll'
export const streamKinds: readonly string[] = Object.freeze([PUSHED, POLLED])

/** Shared Signals 1.0 section 8.1.2.1. */
export type StreamStatus = 'enabled' | 'paused' | 'disabled'

/** Where a stream goes. */
export type StreamDelivery =
  | { readonly method: 'poll' }
  | {
      readonly method: 'push'
      readonly endpoint: string
      /** The `Authorization` header that the receiver wants to see, sealed. */
      readonly sealedAuthorization: string | undefined
    }

export interface StreamSettings {
  readonly audience: string
  readonly delivery: StreamDelivery
  /** Undefined: all that there are. */
  readonly requested: readonly string[] | undefined
  readonly description: string | undefined
}

/** A stream of security events to one receiver. */
export interface SecurityEventStream extends StreamSettings {
  readonly id: string
  readonly owner: string | undefined
  readonly status: StreamStatus
  readonly reason: string | undefined
  readonly delivered: readonly string[]
}

const states: Readonly<Record<StreamStatus, DestinationState>> = { enabled: 'open', paused: 'held', disabled: 'shut' }
const statuses: Readonly<Record<DestinationState, StreamStatus>> = { open: 'enabled', held: 'paused', shut: 'disabled' }

export const stateOf = (status: StreamStatus): DestinationState => states[status]

/** Nothing but `settingsText` has written the settings, so the cast holds. */
export function streamOf({ id, owner, state, reason, settings }: Destination): SecurityEventStream {
  const said = parseJsonObject(settings) as unknown as StreamSettings
  const { requested } = said
  return {
    id,
    owner,
    status: statuses[state],
    reason,
    audience: said.audience,
    delivery: said.delivery,
    requested,
    description: said.description,
    delivered: requested === undefined ? supportedEvents : supportedEvents.filter((type) => requested.includes(type)),
  }
}

export const settingsText = ({ audience, delivery, requested, description }: StreamSettings): string =>
  JSON.stringify({ audience, delivery, requested, description })

export const kindOf = ({ method }: StreamDelivery): string => (method === 'push' ? PUSHED : POLLED)

/** What a token says beside whom it is from and for. */
interface Draft {
  readonly id: string
  readonly subject: Readonly<Record<string, unknown>>
  readonly type: string
  readonly event: Readonly<Record<string, unknown>>
  readonly transaction?: string
  readonly urgent?: boolean
}

/**
 * A token that is to be delivered: its claims, which never change from here on. It is signed each time that it leaves, so that it is always by a
 * key that is still published. It has neither `sub` nor `exp` (Shared Signals 1.0 section 10.1).
 */
export function jobOf(issuer: string, stream: SecurityEventStream, draft: Draft, now: EpochMs): NewJob {
  const { id, subject, type, event, transaction, urgent = false } = draft
  const claims: SecurityEventClaims = {
    iss: issuer,
    aud: stream.audience,
    iat: toEpochSeconds(now),
    jti: id,
    ...(transaction === undefined ? {} : { txn: transaction }),
    sub_id: subject,
    events: { [type]: event },
  }
  return { id, destination: stream.id, payload: JSON.stringify(claims), urgent, createdAt: now }
}

/** A token that a stream sends of itself. */
export function ownJob(
  issuer: string,
  stream: SecurityEventStream,
  { type, event, urgent }: Pick<Draft, 'type' | 'event' | 'urgent'>,
  { clock, random }: Platform,
): NewJob {
  const id = `${stream.id}.${encodeBase64url(random.bytes(16))}`
  const subject = { format: 'opaque', id: stream.id }
  return jobOf(issuer, stream, { id, subject, type, event, ...(urgent === undefined ? {} : { urgent }) }, clock.now())
}

/** Nothing but `jobOf` has written the payload, so the cast holds. */
export const claimsOf = ({ payload }: Pick<NewJob, 'payload'>): SecurityEventClaims =>
  parseJsonObject(payload) as unknown as SecurityEventClaims
