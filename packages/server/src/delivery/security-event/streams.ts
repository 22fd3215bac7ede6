import { AuthError, newId, type Platform } from 'countersign/core'
import type { ReplayStore } from 'countersign/replay'
import { actOn } from '../../audit/index.ts'
import type { Backlog, DeliveryStore, Destination, DestinationChange, NewJob } from '../delivery-store.ts'
import type { EventLog } from '../event-log.ts'
import { type Outbound, OutboundError } from '../outbound.ts'
import { streamEventTypes } from './event-type.ts'
import {
  kindOf,
  ownJob,
  type SecurityEventStream,
  settingsText,
  stateOf,
  type StreamDelivery,
  type StreamSettings,
  type StreamStatus,
  streamKinds,
  streamOf,
} from './stream.ts'

/** Who asks: a service, which sees its own streams alone, or an operator (undefined), who sees all. */
export type StreamKeeper = string | undefined

export interface DeliveryRequest {
  readonly method: 'push' | 'poll'
  /** Of a pushed stream. */
  readonly endpoint?: string | undefined
  /** Empty: none, any longer. */
  readonly authorization?: string | undefined
}

/** What a receiver may say of its stream. */
export interface StreamRequest {
  /** Default: it is fetched. */
  readonly delivery?: DeliveryRequest | undefined
  readonly requested?: readonly string[] | undefined
  readonly description?: string | undefined
}

export interface StreamsOptions {
  readonly issuer: string
  readonly store: DeliveryStore
  readonly log: EventLog
  readonly replay: ReplayStore
  readonly outbound: Outbound
  readonly platform: Platform
  /** Seals a secret for one stream. */
  readonly seal: (stream: string, secret: string) => string
  /** Told when there is something to deliver. */
  readonly onJob: () => void
}

/** Shared Signals 1.0 section 8.1.1: at most one verification of a stream in so many seconds. */
export const MIN_VERIFICATION_SECONDS = 10
const MOST_STREAMS_EACH = 10
/** Of those who change a stream at the same time all but one do it again. */
const ATTEMPTS = 8

/** The streams of security events as their receivers manage them (Shared Signals 1.0 section 8). */
export class SecurityEventStreams {
  readonly #options: StreamsOptions

  constructor(options: StreamsOptions) {
    this.#options = options
  }

  /**
   * Makes a stream. It tells what happens from now on.
   *
   * @param audience What the receiver is called in `aud`: the service that asks, or what an operator says.
   * @throws {AuthError} `request_invalid`; `conflict` when the service has ten streams already.
   */
  async create(keeper: StreamKeeper, audience: string, request: StreamRequest): Promise<SecurityEventStream> {
    const { store, log, platform } = this.#options
    const owned = (await store.list(streamKinds)).filter(({ owner }) => owner === keeper)
    if (keeper !== undefined && owned.length >= MOST_STREAMS_EACH) throw new AuthError('conflict', { reason: 'too_many_streams' })
    const id = newId('str', platform.random)
    actOn('stream', id)
    const { requested, description } = request
    const settings = { audience, delivery: this.#deliveryOf(id, request.delivery), requested, description }
    const destination: Destination = {
      id,
      kind: kindOf(settings.delivery),
      owner: keeper,
      state: 'open',
      reason: undefined,
      settings: settingsText(settings),
      position: (await log.head()).position,
      revision: 1,
      createdAt: platform.clock.now(),
    }
    await store.add(destination)
    return streamOf(destination)
  }

  /** @throws {AuthError} `not_found`, also for somebody else's. */
  async read(keeper: StreamKeeper, id: string): Promise<SecurityEventStream> {
    return streamOf(await this.#find(keeper, id))
  }

  async list(keeper: StreamKeeper): Promise<readonly SecurityEventStream[]> {
    const all = await this.#options.store.list(streamKinds)
    return all.filter(({ owner }) => keeper === undefined || owner === keeper).map(streamOf)
  }

  /** Changes what is named (section 8.1.1.3). @throws {AuthError} `not_found`, `request_invalid`. */
  update(keeper: StreamKeeper, id: string, { delivery, requested, description }: StreamRequest): Promise<SecurityEventStream> {
    return this.#reconfigure(keeper, id, (stream) => ({
      delivery: delivery === undefined ? stream.delivery : this.#deliveryOf(id, delivery, stream.delivery),
      requested: requested ?? stream.requested,
      description: description ?? stream.description,
    }))
  }

  /** Changes everything: what is not named is as in a new stream (section 8.1.1.4). @throws {AuthError} `not_found`, `request_invalid`. */
  replace(keeper: StreamKeeper, id: string, { delivery, requested, description }: StreamRequest): Promise<SecurityEventStream> {
    return this.#reconfigure(keeper, id, (stream) => ({
      delivery: this.#deliveryOf(id, delivery, stream.delivery),
      requested,
      description,
    }))
  }

  /** What was not delivered is dropped. @throws {AuthError} `not_found`. */
  async remove(keeper: StreamKeeper, id: string): Promise<void> {
    await this.#find(keeper, id)
    if (!(await this.#options.store.remove(id))) throw new AuthError('not_found', { stream: id })
  }

  /** @throws {AuthError} `not_found`. */
  async backlog(keeper: StreamKeeper, id: string): Promise<Backlog> {
    await this.#find(keeper, id)
    return this.#options.store.backlog(id)
  }

  /**
   * Pauses, stops or enables a stream (section 8.1.2.2). A paused one keeps what happens meanwhile, a stopped one drops it and what it had. When an
   * operator does it to a service's stream, the receiver is told.
   *
   * @throws {AuthError} `not_found`.
   */
  setStatus(keeper: StreamKeeper, id: string, status: StreamStatus, reason: string | undefined): Promise<SecurityEventStream> {
    return this.#change(keeper, id, async (destination) => {
      const before = streamOf(destination)
      const isNews = keeper === undefined && destination.owner !== undefined && before.status !== status
      // While it was stopped nothing was kept: it goes on with what happens from now on.
      const position =
        before.status === 'disabled' && status !== 'disabled' ? (await this.#options.log.head()).position : destination.position
      return {
        ...destination,
        state: stateOf(status),
        reason,
        position,
        dropJobs: status === 'disabled',
        jobs: isNews ? [this.#updated(before, status, reason)] : [],
      }
    })
  }

  /**
   * Sends a verification event over the stream, so that its receiver sees that it works (section 8.1.4).
   *
   * @throws {AuthError} `not_found`; `rate_limited` when the last one is less than ten seconds ago; `conflict` when the stream is stopped.
   */
  async verify(keeper: StreamKeeper, id: string, state: string | undefined): Promise<void> {
    const { issuer, store, replay, platform } = this.#options
    const stream = streamOf(await this.#find(keeper, id))
    if (stream.status === 'disabled') throw new AuthError('conflict', { stream: id, reason: 'disabled' })
    const now = platform.clock.now()
    const until = now + MIN_VERIFICATION_SECONDS * 1000
    if (!(await replay.claim('stream-verification', id, until))) throw new AuthError('rate_limited', { stream: id })
    const event = state === undefined ? {} : { state }
    await store.enqueue([ownJob(issuer, stream, { type: streamEventTypes.verification, event }, platform)])
    this.#options.onJob()
  }

  /** Sends again what the receiver has refused. @returns how many. @throws {AuthError} `not_found`. */
  async replay(keeper: StreamKeeper, id: string): Promise<number> {
    const { store, platform } = this.#options
    await this.#find(keeper, id)
    const revived = await store.revive(id, platform.clock.now())
    this.#options.onJob()
    return revived
  }

  #updated(stream: SecurityEventStream, status: StreamStatus, reason: string | undefined): NewJob {
    const { issuer, platform } = this.#options
    const event = { status, ...(reason === undefined ? {} : { reason }) }
    return ownJob(issuer, stream, { type: streamEventTypes.streamUpdated, event, urgent: true }, platform)
  }

  async #find(keeper: StreamKeeper, id: string): Promise<Destination> {
    const found = await this.#options.store.find(id)
    const isTheirs = found !== undefined && streamKinds.includes(found.kind) && (keeper === undefined || found.owner === keeper)
    if (!isTheirs) throw new AuthError('not_found', { stream: id })
    actOn('stream', id)
    return found
  }

  #reconfigure(
    keeper: StreamKeeper,
    id: string,
    change: (stream: SecurityEventStream) => Omit<StreamSettings, 'audience'>,
  ): Promise<SecurityEventStream> {
    return this.#change(keeper, id, async (destination) => {
      const stream = streamOf(destination)
      const settings = { ...change(stream), audience: stream.audience }
      return { ...destination, kind: kindOf(settings.delivery), settings: settingsText(settings), dropJobs: false, jobs: [] }
    })
  }

  async #change(
    keeper: StreamKeeper,
    id: string,
    change: (destination: Destination) => Promise<Omit<DestinationChange, 'fromRevision'>>,
  ): Promise<SecurityEventStream> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const destination = await this.#find(keeper, id)
      const changed = await this.#options.store.change({ ...(await change(destination)), fromRevision: destination.revision })
      if (changed === 'changed_meanwhile') continue
      this.#options.onJob()
      return streamOf(changed)
    }
    throw new AuthError('conflict', { stream: id, reason: 'changed_meanwhile' })
  }

  /** A secret that is not named again stays, as long as it would be sent to the same place. */
  #deliveryOf(id: string, request: DeliveryRequest | undefined, before?: StreamDelivery): StreamDelivery {
    if (request === undefined || request.method === 'poll') return { method: 'poll' }
    const { endpoint, authorization } = request
    if (endpoint === undefined) throw invalid('/delivery/endpoint_url', 'is required where events are pushed')
    try {
      this.#options.outbound.requireAcceptable(endpoint)
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error
      throw invalid('/delivery/endpoint_url', 'must be an https URL of the public network, without credentials or fragment')
    }
    const kept = before?.method === 'push' && before.endpoint === endpoint ? before.sealedAuthorization : undefined
    return {
      method: 'push',
      endpoint,
      sealedAuthorization: authorization === undefined ? kept : authorization === '' ? undefined : this.#options.seal(id, authorization),
    }
  }
}

const invalid = (pointer: string, problem: string): AuthError => new AuthError('request_invalid', { pointer, problem })
