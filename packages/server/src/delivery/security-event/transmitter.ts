import type { Cancel, Platform } from 'countersign/core'
import type { SecurityEventClaims } from 'countersign/token'
import type { DeliveryStore, Destination, Job, NewJob } from '../delivery-store.ts'
import type { Courier, Outcome } from '../delivery-worker.ts'
import type { EventLog, Occurrence } from '../event-log.ts'
import { type Outbound, OutboundError } from '../outbound.ts'
import { eventOf } from './event-of.ts'
import { streamEventTypes } from './event-type.ts'
import { claimsOf, jobOf, ownJob, PUSHED, streamKinds, streamOf } from './stream.ts'

export interface TransmitterOptions {
  readonly issuer: string
  readonly store: DeliveryStore
  readonly log: EventLog
  readonly platform: Platform
  /** Who else is told of what stands in the log, beside the receivers of streams. */
  readonly others?: readonly LogCopy[]
  /** Told when a stream ends by itself, and of trouble with the database. Must not throw. */
  readonly onStreamEnded?: (stream: string, reason: string) => void
  readonly onFailure?: (error: unknown) => void
}

/** One destination that is no stream: the mail to people, the exchange of webhooks. Its name is its kind too. */
export interface LogCopy {
  readonly destination: string
  readonly of: (occurrence: Occurrence) => NewJob | undefined
  /** What is told when the log has forgotten what would have been. */
  readonly lost?: () => NewJob
}

const TURN_MS = 1000
/** Verifiers are told first; and of a burst the streams are filled in a few large steps. */
const COPY_AFTER_MS = 10
const COPIED_AT_ONCE = 200
/** Six days: receivers need not take what is a week old, and ours does not. */
export const HELD_FOR_MS = 518_400_000
export const MOST_HELD = 100_000

/**
 * Copies what happens from the log into each stream, at once and whether or not its receiver can be reached: the log forgets within the hour, a stream's jobs
 * wait for days. The place up to which the log was copied moves in the transaction that adds the jobs, so that each event is copied once.
 */
export class Transmitter {
  readonly #options: TransmitterOptions
  readonly #listeners = new Set<() => void>()
  #copying: Promise<void> | undefined
  #again = false
  #cancelAppend: Cancel = () => undefined
  #cancelTurn: Cancel = () => undefined
  #cancelSoon: Cancel | undefined

  constructor(options: TransmitterOptions) {
    this.#options = options
  }

  start(): void {
    this.#cancelAppend = this.#options.log.onAppend(() => this.#wakeSoon())
    this.#turn()
  }

  async stop(): Promise<void> {
    this.#cancelAppend()
    this.#cancelTurn()
    this.#cancelSoon?.()
    await this.#copying?.catch(() => undefined)
  }

  /** Calls `listener` when there may be something new to deliver. */
  onCopied(listener: () => void): Cancel {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** There is something new that did not come from the log. */
  announce(): void {
    for (const listener of this.#listeners) listener()
  }

  /** Copies all that has happened until now. What was copied may be forgotten. */
  async copyAll(): Promise<void> {
    const { store, log, others = [] } = this.#options
    const { position } = await log.head()
    const kinds = [...streamKinds, ...others.map((other) => other.destination)]
    for (const destination of await store.behind(kinds, position)) await this.#copyInto(destination)
  }

  /** Ends the streams whose receivers have left more lying, or for longer, than we keep. */
  async endAbandoned(): Promise<void> {
    const { store, platform } = this.#options
    for (const destination of await store.list(streamKinds)) {
      if (destination.state === 'shut') continue
      const { waiting, oldestAt } = await store.backlog(destination.id)
      const isTooOld = oldestAt !== undefined && oldestAt < platform.clock.now() - HELD_FOR_MS
      if (isTooOld || waiting > MOST_HELD) await this.#end(destination, 'The receiver did not take events for too long. They were dropped.')
    }
  }

  #turn(): void {
    this.#wake()
    this.#cancelTurn = this.#options.platform.clock.after(TURN_MS, () => this.#turn())
  }

  #wakeSoon(): void {
    this.#cancelSoon ??= this.#options.platform.clock.after(COPY_AFTER_MS, () => {
      this.#cancelSoon = undefined
      this.#wake()
    })
  }

  #wake(): void {
    this.#again = true
    this.#copying ??= this.#copyWhileWoken().finally(() => {
      this.#copying = undefined
    })
  }

  async #copyWhileWoken(): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false
        await this.copyAll()
      }
    } catch (error) {
      this.#options.onFailure?.(error)
    }
  }

  async #copyInto(behind: Destination): Promise<void> {
    const { store, log } = this.#options
    // Read again after each step: another server may be at it too, or its receiver may have changed it.
    for (let destination: Destination | undefined = behind; destination !== undefined; destination = await store.find(behind.id)) {
      if (destination.state === 'shut') return
      const occurrences = await log.after(destination.position, COPIED_AT_ONCE)
      if (occurrences === 'forgotten') {
        const other = this.#otherOf(destination)
        if (other !== undefined) return this.#skip(destination, other)
        return this.#end(destination, 'Events were lost: the log had forgotten them before they were copied.')
      }
      const last = occurrences.at(-1)
      if (last === undefined) return
      const { id, owner, position: from } = destination
      if (occurrences.some(({ entry }) => entry.kind === 'credential' && entry.target.id === owner)) return this.#abandon(destination)
      const jobs = this.#jobsOf(destination, occurrences)
      if ((await store.copy({ destination: id, from, to: last.entry.position, jobs })) && jobs.length > 0) this.announce()
    }
  }

  #jobsOf(destination: Destination, occurrences: readonly Occurrence[]): readonly NewJob[] {
    const { issuer, platform } = this.#options
    const other = this.#otherOf(destination)
    if (other !== undefined) return occurrences.flatMap((each) => other.of(each) ?? [])
    const stream = streamOf(destination)
    const now = platform.clock.now()
    return occurrences.flatMap((occurrence) => {
      const told = eventOf(issuer, occurrence)
      if (told === undefined || !stream.delivered.includes(told.type)) return []
      const transaction = String(occurrence.entry.position)
      return [jobOf(issuer, stream, { ...told, id: `${stream.id}.${transaction}`, transaction }, now)]
    })
  }

  #otherOf({ id }: Destination): LogCopy | undefined {
    return this.#options.others?.find(({ destination }) => destination === id)
  }

  /** No server was running that copies to there, for so long that the log has forgotten what it would have told. */
  async #skip({ revision, owner: _owner, createdAt: _createdAt, ...destination }: Destination, { lost }: LogCopy): Promise<void> {
    const { store, log } = this.#options
    const { position } = await log.head()
    const jobs = lost === undefined ? [] : [lost()]
    await store.change({ ...destination, position, fromRevision: revision, dropJobs: false, jobs })
    if (jobs.length > 0) this.announce()
  }

  /** Tells the receiver that it has missed something, and stops: it has to look by itself, and enable the stream again. */
  #end(destination: Destination, reason: string): Promise<void> {
    const { issuer, platform } = this.#options
    const event = { status: 'disabled', reason }
    const notice = ownJob(issuer, streamOf(destination), { type: streamEventTypes.streamUpdated, event, urgent: true }, platform)
    return this.#shut(destination, reason, [notice])
  }

  /** Whoever has lost the credential is told nothing any more, not even this. */
  #abandon(destination: Destination): Promise<void> {
    return this.#shut(destination, 'The credential that made the stream was removed.', [])
  }

  async #shut(destination: Destination, reason: string, jobs: readonly NewJob[]): Promise<void> {
    const { id, kind, settings, position, revision } = destination
    const change = { id, kind, state: 'shut', reason, settings, position, fromRevision: revision, dropJobs: true, jobs } as const
    if ((await this.#options.store.change(change)) === 'changed_meanwhile') return
    this.#options.onStreamEnded?.(id, reason)
    this.announce()
  }
}

export interface PushOptions {
  readonly outbound: Outbound
  readonly sign: (claims: SecurityEventClaims) => string
  /** Opens what was sealed for this stream. */
  readonly open: (stream: string, sealed: string) => string
}

/** A receiver whose clock is behind, or that has not seen our newest key yet, takes a little later what it has refused. */
const ATTEMPTS_UNTIL_REFUSED = 5

/** Pushes the tokens of a stream, in their order (RFC 8935). */
export function pushCourier({ outbound, sign, open }: PushOptions): Courier {
  return {
    kind: PUSHED,
    window: 1,
    backOff: { firstMs: 1000, longestMs: 300_000 },
    async deliver(job: Job, destination: Destination, signal: AbortSignal): Promise<Outcome> {
      const { delivery } = streamOf(destination)
      if (delivery.method !== 'push') return { state: 'failed', problem: 'the stream is no longer pushed' }
      const { endpoint, sealedAuthorization } = delivery
      const authorization = sealedAuthorization === undefined ? {} : { authorization: open(destination.id, sealedAuthorization) }
      const headers = { 'content-type': 'application/secevent+jwt', accept: 'application/json', ...authorization }
      try {
        const { status, body } = await outbound.post({ url: endpoint, headers, body: sign(claimsOf(job)), signal })
        return outcomeOf(status, body, job.attempt)
      } catch (error) {
        if (error instanceof OutboundError) return { state: 'failed', problem: error.code }
        throw error
      }
    },
  }
}

/** Section 2.2: taken. Section 2.3: the token is at fault. Anything else is about the receiver, and may pass. */
function outcomeOf(status: number, body: string, attempt: number): Outcome {
  if (status >= 200 && status < 300) return { state: 'delivered' }
  const code = status === 400 ? /"err"\s*:\s*"([a-z_]{1,40})"/.exec(body)?.[1] : undefined
  if (code === undefined) return { state: 'failed', problem: `HTTP ${status}` }
  return { state: attempt < ATTEMPTS_UNTIL_REFUSED ? 'failed' : 'refused', problem: code }
}
