import { type EpochMs, parseJsonObject } from 'countersign/core'
import type { Destination, DestinationState } from '../delivery-store.ts'
import { webhookEventNames, type WebhookEventType } from './event-type.ts'

/** `paused` keeps what happens meanwhile; `disabled` is told nothing, and what waits for it is given up. */
export type EndpointStatus = 'enabled' | 'paused' | 'disabled'
/** Of Standard Webhooks: with a secret of the endpoint, or with the key of this server. */
export type EndpointSignature = 'v1' | 'v1a'

export interface EndpointSecret {
  readonly sealed: string
  /** It signs until then, beside the one that has taken its place. Undefined: it is the one. */
  readonly until: EpochMs | undefined
}

export interface EndpointSettings {
  readonly url: string
  /** Undefined: everything. */
  readonly events: readonly WebhookEventType[] | undefined
  readonly description: string | undefined
  readonly signature: EndpointSignature
  /** Newest first; none with `v1a`. */
  readonly secrets: readonly EndpointSecret[]
  /** Since then nothing was delivered, although it was tried. */
  readonly failingSince: EpochMs | undefined
}

export interface WebhookEndpoint extends EndpointSettings {
  readonly id: string
  readonly owner: string | undefined
  readonly status: EndpointStatus
  readonly reason: string | undefined
  readonly createdAt: EpochMs
}

const states: Readonly<Record<EndpointStatus, DestinationState>> = { enabled: 'open', paused: 'held', disabled: 'shut' }
const statuses: Readonly<Record<DestinationState, EndpointStatus>> = { open: 'enabled', held: 'paused', shut: 'disabled' }

export const stateOf = (status: EndpointStatus): DestinationState => states[status]

/** Nothing but `settingsText` has written the settings, so the cast holds. */
export function endpointOf({ id, owner, state, reason, settings, createdAt }: Destination): WebhookEndpoint {
  const { url, events, description, signature, secrets, failingSince } = parseJsonObject(settings) as unknown as EndpointSettings
  return { id, owner, status: statuses[state], reason, createdAt, url, events, description, signature, secrets, failingSince }
}

export const settingsText = ({ url, events, description, signature, secrets, failingSince }: EndpointSettings): string =>
  JSON.stringify({ url, events, description, signature, secrets, failingSince })

/** What it is told of, as long as nothing is added. */
export const wants = ({ events = webhookEventNames }: Pick<EndpointSettings, 'events'>, type: string): boolean =>
  events.some((name) => name === type)

/** Those that sign now, newest first. */
export const secretsAt = ({ secrets }: Pick<EndpointSettings, 'secrets'>, now: EpochMs): readonly EndpointSecret[] =>
  secrets.filter(({ until }) => until === undefined || until > now)
