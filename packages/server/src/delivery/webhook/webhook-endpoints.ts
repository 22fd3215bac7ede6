import { AuthError, newId, type Platform } from 'countersign/core'
import { newWebhookSecret } from 'countersign/webhook'
import { actOn, aside } from '../../audit/index.ts'
import type { Backlog, DeliveryStore, Destination } from '../delivery-store.ts'
import type { EventLog } from '../event-log.ts'
import { type Outbound, OutboundError } from '../outbound.ts'
import type { WebhookEventType } from './event-type.ts'
import {
  endpointOf,
  type EndpointSecret,
  type EndpointSettings,
  type EndpointSignature,
  type EndpointStatus,
  secretsAt,
  settingsText,
  stateOf,
  type WebhookEndpoint,
} from './webhook-endpoint.ts'
import { bodyOf, EXCHANGE, newEvent, WEBHOOK } from './webhook-event.ts'
import type { Sent, WebhookSender } from './webhook-sender.ts'

export interface EndpointRequest {
  readonly url: string
  readonly events: readonly WebhookEventType[] | undefined
  readonly description: string | undefined
  readonly signature: EndpointSignature
}

/** Null: everything, or no description. Absent members stay. */
export interface EndpointChange {
  readonly url?: string | undefined
  readonly events?: readonly WebhookEventType[] | null | undefined
  readonly description?: string | null | undefined
  readonly status?: EndpointStatus | undefined
}

/** With the secret, which is shown this once; undefined where the server's own key signs. */
export interface IssuedEndpoint {
  readonly endpoint: WebhookEndpoint
  readonly secret: string | undefined
}

export interface WebhookEndpointsOptions {
  readonly store: DeliveryStore
  readonly log: EventLog
  readonly outbound: Outbound
  readonly sender: WebhookSender
  readonly platform: Platform
  /** Seals a secret for one endpoint. */
  readonly seal: (endpoint: string, secret: string) => string
  /** Told when there is something to deliver. */
  readonly onJob: () => void
}

const MOST_ENDPOINTS = 1000
/** Of one endpoint, that sign at the same time. */
const MOST_SECRETS = 4
/** Of those who change an endpoint at the same time all but one do it again. */
const ATTEMPTS = 8

/** The endpoints that are told of what happens here, as operators manage them. */
export class WebhookEndpoints {
  readonly #options: WebhookEndpointsOptions

  constructor(options: WebhookEndpointsOptions) {
    this.#options = options
  }

  /**
   * Makes an endpoint. It is told of what happens from now on.
   *
   * @param owner The operator who makes it; undefined for the machine's administrator.
   * @throws {AuthError} `request_invalid`; `conflict` when there are a thousand.
   */
  async create(owner: string | undefined, { url, events, description, signature }: EndpointRequest): Promise<IssuedEndpoint> {
    const { store, platform } = this.#options
    this.#requireAcceptable(url)
    if ((await store.list([WEBHOOK])).length >= MOST_ENDPOINTS) throw new AuthError('conflict', { reason: 'too_many_endpoints' })
    const id = newId('whe', platform.random)
    const secret = signature === 'v1' ? newWebhookSecret(platform.random) : undefined
    const secrets = secret === undefined ? [] : [{ sealed: this.#options.seal(id, secret), until: undefined }]
    await aside(() => this.#openExchange())
    actOn('webhook_endpoint', id)
    const settings = settingsText({ url, events, description, signature, secrets, failingSince: undefined })
    const destination = this.#destination(id, WEBHOOK, { owner, settings, position: 0 })
    await store.add(destination)
    return { endpoint: endpointOf(destination), secret }
  }

  /** @throws {AuthError} `not_found`. */
  async read(id: string): Promise<WebhookEndpoint> {
    return endpointOf(await this.#find(id))
  }

  async list(): Promise<readonly WebhookEndpoint[]> {
    return (await this.#options.store.list([WEBHOOK])).map(endpointOf)
  }

  /** @throws {AuthError} `not_found`. */
  async backlog(id: string): Promise<Backlog> {
    await this.#find(id)
    return this.#options.store.backlog(id)
  }

  /** One that is enabled again is told of what happens from then on, and has not failed yet. @throws {AuthError} `not_found`, `request_invalid`. */
  update(id: string, { url, events, description, status }: EndpointChange): Promise<WebhookEndpoint> {
    if (url !== undefined) this.#requireAcceptable(url)
    return this.#change(id, (before) => {
      const isOther = (status !== undefined && status !== before.status) || (url !== undefined && url !== before.url)
      return {
        ...before,
        url: url ?? before.url,
        events: events === undefined ? before.events : (events ?? undefined),
        description: description === undefined ? before.description : (description ?? undefined),
        status: status ?? before.status,
        reason: status === undefined || status === before.status ? before.reason : undefined,
        failingSince: isOther ? undefined : before.failingSince,
      }
    })
  }

  /**
   * A new secret. Until `overlapSeconds` are over both sign.
   *
   * @throws {AuthError} `not_found`; `conflict` where the server's own key signs.
   */
  async rotateSecret(id: string, overlapSeconds: number): Promise<IssuedEndpoint> {
    const { platform, seal } = this.#options
    const secret = newWebhookSecret(platform.random)
    const sealed = seal(id, secret)
    const endpoint = await this.#change(id, (before) => {
      if (before.signature !== 'v1') throw new AuthError('conflict', { endpoint: id, reason: 'no_secret' })
      const now = platform.clock.now()
      const end = now + overlapSeconds * 1000
      const standing = secretsAt(before, now).map((each): EndpointSecret => ({ ...each, until: Math.min(each.until ?? end, end) }))
      const kept = overlapSeconds === 0 ? [] : standing.slice(0, MOST_SECRETS - 1)
      return { ...before, secrets: [{ sealed, until: undefined }, ...kept] }
    })
    return { endpoint, secret }
  }

  /** What was not delivered goes, and what was delivered is forgotten. @throws {AuthError} `not_found`. */
  async remove(id: string): Promise<void> {
    await this.#find(id)
    if (!(await this.#options.store.remove(id))) throw new AuthError('not_found', { endpoint: id })
  }

  /** Sends an event to try the endpoint, at once and once, whatever its status. @throws {AuthError} `not_found`. */
  async test(id: string, signal: AbortSignal): Promise<Sent> {
    const endpoint = endpointOf(await this.#find(id))
    const event = newEvent('webhook.test', { endpoint: id }, this.#options.platform)
    return this.#options.sender.send(endpoint, event.id, bodyOf(event), signal)
  }

  async #find(id: string): Promise<Destination> {
    const found = await this.#options.store.find(id)
    if (found?.kind !== WEBHOOK) throw new AuthError('not_found', { endpoint: id })
    return found
  }

  async #change(id: string, change: (before: WebhookEndpoint) => WebhookEndpoint): Promise<WebhookEndpoint> {
    const { store, onJob } = this.#options
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { kind, position, revision, ...destination } = await this.#find(id)
      const after = change(endpointOf({ kind, position, revision, ...destination }))
      const { status, reason, ...settings } = after
      const changed = await store.change({
        ...{ id, kind, position, fromRevision: revision, dropJobs: false, jobs: [] },
        state: stateOf(status),
        reason,
        settings: settingsText(settings satisfies EndpointSettings),
      })
      if (changed === 'changed_meanwhile') continue
      onJob()
      return endpointOf(changed)
    }
    throw new AuthError('conflict', { endpoint: id, reason: 'changed_meanwhile' })
  }

  /** Made with the first endpoint, and kept: what happened before is not told. */
  async #openExchange(): Promise<void> {
    const { store, log } = this.#options
    if ((await store.find(EXCHANGE)) !== undefined) return
    const { position } = await log.head()
    try {
      await store.add(this.#destination(EXCHANGE, EXCHANGE, { owner: undefined, settings: '{}', position }))
    } catch (error) {
      // Another server was quicker.
      if ((await store.find(EXCHANGE)) === undefined) throw error
    }
  }

  #destination(id: string, kind: string, facts: Pick<Destination, 'owner' | 'settings' | 'position'>): Destination {
    return { id, kind, state: 'open', reason: undefined, revision: 1, createdAt: this.#options.platform.clock.now(), ...facts }
  }

  #requireAcceptable(url: string): void {
    try {
      this.#options.outbound.requireAcceptable(url)
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error
      const problem = 'must be an https URL of the public network, without credentials or fragment'
      throw new AuthError('request_invalid', { pointer: '/url', problem })
    }
  }
}
