import type { Cancel, Platform } from 'countersign/core'
import type { FeedSource } from 'countersign/feed'
import type { LogEntry, Position } from 'countersign/revocation'
import type { FeedAuthority, SignedMessage, SnapshotPart } from './authority.ts'
import type { LogStore } from './log-store.ts'
import { Turns } from './turns.ts'

export interface PublisherOptions {
  readonly log: LogStore
  readonly authority: FeedAuthority
  readonly platform: Platform
  /** Default 1000. */
  readonly heartbeatMs?: number
  /** Entries in one signed message at most. Default 500. */
  readonly batchSize?: number
  /** Told when the log cannot be read. The next heartbeat tries again; until then verifiers see no sign of life, and age. */
  readonly onFailure?: (error: unknown) => void
  /** Told what every subscriber was sent just now. Must not throw. */
  readonly onTold?: (told: Told) => void
}

export type Told =
  | { readonly type: 'heartbeat' }
  /** `sinceHeardMs`: since this server has heard of the commit; undefined where it came upon the entries by itself. */
  | { readonly type: 'entries'; readonly entries: readonly LogEntry[]; readonly sinceHeardMs: number | undefined }

/**
 * Takes one message, in order. Answers false when it cannot hold more: the subscriber is then let go of, and starts again.
 * `about` says what the message is, for the frame that carries it.
 */
export type Deliver = (compact: string, about: SignedMessage) => boolean | void

interface Subscription {
  position: Position
  readonly deliver: Deliver
  readonly onLost: () => void
  open: boolean
}

const DEFAULT_HEARTBEAT_MS = 1000
const DEFAULT_BATCH = 500

/**
 * Follows the log and tells every subscriber, within microseconds of the commit. One read and one signature serve all; a
 * round is: new entries, and once a second the head and a heartbeat that says that these were all.
 */
export class Publisher implements FeedSource {
  readonly #log: LogStore
  readonly #authority: FeedAuthority
  readonly #platform: Platform
  readonly #heartbeatMs: number
  readonly #batchSize: number
  readonly #onFailure: (error: unknown) => void
  readonly #onTold: (told: Told) => void
  readonly #live = new Set<Subscription>()
  readonly #joining = new Set<Subscription>()
  #published: Position = 0
  #state: 'new' | 'running' | 'stopped' = 'new'
  #inRound = false
  #again = false
  #beatDue = false
  /** When the first commit was heard of that no round has looked for yet, and the one that this round looks for. */
  #heardMs: number | undefined
  #soughtMs: number | undefined
  #cancelAppend: Cancel = () => {}
  #cancelTimer: Cancel = () => {}
  #snapshot: Promise<SnapshotPart> | undefined
  readonly #turns = new Turns()

  constructor(options: PublisherOptions) {
    this.#log = options.log
    this.#authority = options.authority
    this.#platform = options.platform
    this.#heartbeatMs = options.heartbeatMs ?? DEFAULT_HEARTBEAT_MS
    this.#batchSize = options.batchSize ?? DEFAULT_BATCH
    this.#onFailure = options.onFailure ?? (() => {})
    this.#onTold = options.onTold ?? (() => {})
  }

  /** The last position that was told to the subscribers. */
  get position(): Position {
    return this.#published
  }

  get subscribers(): number {
    return this.#live.size + this.#joining.size
  }

  /** Begins. Who has subscribed before is served from now on. */
  async start(): Promise<void> {
    this.#published = (await this.#log.head()).position
    this.#state = 'running'
    this.#cancelAppend = this.#log.onAppend(() => {
      this.#heardMs ??= this.#platform.clock.monotonicMs()
      void this.#wake()
    })
    for (const subscription of this.#joining) this.#admit(subscription)
    this.#beat()
  }

  /** Lets go of every subscriber. */
  stop(): void {
    this.#state = 'stopped'
    this.#cancelTimer()
    this.#cancelAppend()
    for (const subscription of [...this.#live, ...this.#joining]) this.#lose(subscription)
  }

  /** All live entries, in signed parts, each made when it is asked for. Callers that ask at the same time get the same first part. */
  async *snapshot(): AsyncGenerator<string> {
    this.#snapshot ??= this.#authority.snapshot().finally(() => {
      this.#snapshot = undefined
    })
    let part = await this.#snapshot
    yield part.compact
    while (!part.isLast) {
      await this.#turns.next()
      part = await this.#authority.nextPart(part)
      yield part.compact
    }
  }

  /** Can the log be followed from here? Not when entries behind it were forgotten, nor when it is a place that we never came to. */
  async canFollow(after: Position): Promise<boolean> {
    const { position } = await this.#log.head()
    return after <= position && (await this.#log.entriesAfter(after, 1)) !== 'forgotten'
  }

  /**
   * Tells everything that follows on `after`, first what happened before, then what happens, without a gap between.
   *
   * @param onLost Called when that cannot be done, or no longer: forgotten or unknown position, slow subscriber, stop. Nothing
   * is delivered after it; the subscriber loads a snapshot and subscribes from there.
   */
  subscribe(after: Position, deliver: Deliver, onLost: () => void = () => {}): Cancel {
    const subscription: Subscription = { position: after, deliver, onLost, open: true }
    this.#joining.add(subscription)
    if (this.#state !== 'new') this.#admit(subscription)
    return () => this.#leave(subscription)
  }

  #admit(subscription: Subscription): void {
    this.#join(subscription).catch((error: unknown) => {
      this.#onFailure(error)
      this.#lose(subscription)
    })
  }

  async #join(subscription: Subscription): Promise<void> {
    const { head } = await this.#authority.readHead()
    if (this.#state === 'stopped' || subscription.position > head) return this.#lose(subscription)
    // What is live must not have run ahead of it: this is checked, and the change made, without waiting in between.
    while (subscription.position < Math.max(head, this.#published)) {
      const batch = await this.#log.entriesAfter(subscription.position, this.#batchSize)
      const last = batch === 'forgotten' ? undefined : batch.at(-1)
      if (batch === 'forgotten' || last === undefined) return this.#lose(subscription)
      if (!subscription.open) return
      this.#tell(subscription, this.#authority.entries(subscription.position, batch))
    }
    if (!subscription.open) return
    this.#joining.delete(subscription)
    this.#live.add(subscription)
    await this.#greet(subscription)
  }

  /** A newcomer should not wait a second to know that it is up to date. */
  async #greet(subscription: Subscription): Promise<void> {
    const head = await this.#authority.readHead()
    // Otherwise entries are on their way, and a heartbeat right behind them.
    if (subscription.open && subscription.position === head.head) this.#tell(subscription, this.#authority.heartbeat(head))
  }

  #beat(): void {
    this.#beatDue = true
    void this.#wake()
    this.#cancelTimer = this.#platform.clock.after(this.#heartbeatMs, () => this.#beat())
  }

  async #wake(): Promise<void> {
    this.#again = true
    if (this.#inRound) return
    this.#inRound = true
    try {
      while (this.#again && this.#state === 'running') {
        this.#again = false
        await this.#round()
      }
    } catch (error) {
      this.#onFailure(error)
    } finally {
      this.#inRound = false
    }
  }

  async #round(): Promise<void> {
    // After a round that failed it is still the first of then: the time of who waits longest is not lost.
    this.#soughtMs ??= this.#heardMs
    this.#heardMs = undefined
    await this.#publishUpTo(Number.POSITIVE_INFINITY)
    this.#soughtMs = undefined
    // Entries alone kill what they name. That they were all, the next heartbeat says: one more signature for each revocation
    // would be one more verification in every verifier, just when they have something to do.
    if (!this.#beatDue) return
    this.#beatDue = false
    const head = await this.#authority.readHead()
    // What was committed meanwhile, and no more: the heartbeat is about exactly this place.
    await this.#publishUpTo(head.head)
    if (this.#live.size > 0) this.#tellAll(this.#authority.heartbeat(head))
    this.#onTold({ type: 'heartbeat' })
  }

  async #publishUpTo(last: Position): Promise<void> {
    while (this.#published < last) {
      const batch = await this.#log.entriesAfter(this.#published, this.#batchSize)
      if (batch === 'forgotten') return await this.#skipForgotten()
      const known = batch.filter(({ position }) => position <= last)
      const newest = known.at(-1)
      if (newest === undefined) return
      this.#publish(known, newest.position)
      if (batch.length < this.#batchSize) return
    }
  }

  #publish(entries: readonly LogEntry[], last: Position): void {
    const after = this.#published
    this.#published = last
    if (this.#live.size > 0) this.#tellAll(this.#authority.entries(after, entries))
    const sinceHeardMs = this.#soughtMs === undefined ? undefined : this.#platform.clock.monotonicMs() - this.#soughtMs
    this.#onTold({ type: 'entries', entries, sinceHeardMs })
  }

  /** Only after an outage longer than a token's life: nobody can follow any more. */
  async #skipForgotten(): Promise<void> {
    this.#published = (await this.#log.head()).position
    for (const subscription of this.#live) this.#lose(subscription)
  }

  #tellAll(message: SignedMessage): void {
    for (const subscription of this.#live) {
      // Who caught up by its own reading may be further than the round is: the next one speaks of its place again.
      const isNews = message.type === 'heartbeat' ? message.position >= subscription.position : message.position > subscription.position
      if (isNews) this.#tell(subscription, message)
    }
  }

  #tell(subscription: Subscription, message: SignedMessage): void {
    subscription.position = Math.max(subscription.position, message.position)
    let isTaken: boolean
    try {
      isTaken = subscription.deliver(message.compact, message) !== false
    } catch (error) {
      // One subscriber's trouble must not become another's.
      this.#onFailure(error)
      isTaken = false
    }
    if (!isTaken) this.#lose(subscription)
  }

  #lose(subscription: Subscription): void {
    if (!subscription.open) return
    this.#leave(subscription)
    subscription.onLost()
  }

  #leave(subscription: Subscription): void {
    subscription.open = false
    this.#live.delete(subscription)
    this.#joining.delete(subscription)
  }
}
