import type { Cancel, Platform } from '../core/index.ts'
import type { Position, Received, Replica } from '../revocation/index.ts'
import type { Feed, FeedEvents } from './feed.ts'
import { asFeedTrouble, FeedTrouble } from './feed-trouble.ts'

/** What differs from one kind of feed to the next. */
export interface FeedTransport {
  /** Gets a signed snapshot, part by part. */
  snapshot(signal: AbortSignal): AsyncIterable<string>
  /** Delivers the messages after `after` until the signal aborts. Returns or throws when the stream ends before that. */
  follow(after: Position, deliver: (message: string) => void, signal: AbortSignal): Promise<void>
}

export interface FeedReaderOptions {
  readonly platform: Platform
  /** The stream is given up when no message has come for this long; the issuer sends one a second. Default 3500. */
  readonly idleTimeoutMs?: number
  /** A snapshot is given up when no part of it has come for this long. Default 30 000. */
  readonly snapshotTimeoutMs?: number
}

const SHORTEST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5000

/** So long a snapshot is taken before everything else has its turn. */
const SLICE_MS = 2

const CLOSED = 'the feed was closed'

interface Reading {
  readonly replica: Replica
  readonly events: FeedEvents
}

/**
 * Keeps a replica supplied: snapshot, then the stream from its position; on any trouble a pause that doubles from 100 ms to
 * 5 s, jittered, then the stream from where it is, or a snapshot where only that helps.
 */
export class FeedReader implements Feed {
  readonly #transport: FeedTransport
  readonly #options: FeedReaderOptions
  #isClosed = false
  #isStarted = false
  #needsSnapshot = true
  /** Since a message was last applied. */
  #failures = 0
  #abort: (reason: FeedTrouble) => void = () => undefined
  #endPause: () => void = () => undefined
  #cancelUnknownKey: Cancel = () => undefined

  constructor(transport: FeedTransport, options: FeedReaderOptions) {
    this.#transport = transport
    this.#options = options
  }

  start(replica: Replica, events: FeedEvents): void {
    if (this.#isStarted) throw new Error('a feed is started once')
    this.#isStarted = true
    this.#cancelUnknownKey = replica.onUnknownKey((kid) => events.unknownKey(kid))
    void this.#run({ replica, events })
  }

  close(): void {
    this.#isClosed = true
    this.#cancelUnknownKey()
    this.#abort(new FeedTrouble('interrupted', CLOSED))
    this.#endPause()
  }

  async #run(reading: Reading): Promise<void> {
    while (!this.#isClosed) {
      try {
        if (this.#needsSnapshot) await this.#synchronise(reading)
        await this.#follow(reading)
      } catch (error) {
        if (!this.#isClosed) await this.#recover(asFeedTrouble(error), reading.events)
      }
    }
  }

  async #synchronise({ replica }: Reading): Promise<void> {
    const { snapshotTimeoutMs = 30_000 } = this.#options
    const received = await this.#watched('snapshot', snapshotTimeoutMs, (signal, watch) => this.#load(replica, signal, watch))
    if (received === 'part') throw new FeedTrouble('interrupted', 'the snapshot of the issuer has ended too early')
    if (received !== 'applied') throw new FeedTrouble('unsynchronised', `the snapshot of the issuer was not accepted (${received})`)
    this.#needsSnapshot = false
  }

  /** @returns what became of the last part that came. */
  async #load(replica: Replica, signal: AbortSignal, watch: () => void): Promise<Received> {
    const take = replica.beginSnapshot()
    // Not by `for await`, which would wait for the end of what nobody reads any more: the signal ends it.
    const parts = this.#transport.snapshot(signal)[Symbol.asyncIterator]()
    const { clock } = this.#options.platform
    let received: Received = 'part'
    let busyMs = 0
    for (let next = await parts.next(); next.done !== true && !signal.aborted; next = await parts.next()) {
      watch()
      const startMs = clock.monotonicMs()
      received = take(next.value)
      if (received !== 'part') break
      busyMs += clock.monotonicMs() - startMs
      if (busyMs < SLICE_MS) continue
      // What has come already is handed over without a pause: requests would wait until all of it is taken.
      await new Promise<void>((resolve) => void clock.after(0, resolve, { keepsProcess: true }))
      busyMs = 0
    }
    return received
  }

  async #follow({ replica, events }: Reading): Promise<void> {
    const { idleTimeoutMs = 3500 } = this.#options
    await this.#watched('message', idleTimeoutMs, (signal, watch) => {
      const deliver = (message: string): void => {
        if (signal.aborted) return
        watch()
        this.#receive(message, { replica, events })
      }
      return this.#transport.follow(replica.position, deliver, signal)
    })
    throw new FeedTrouble('interrupted', 'the issuer has ended the stream')
  }

  /** Throws nothing: a source in the same process must not be harmed by what its reader makes of a message. */
  #receive(message: string, { replica, events }: Reading): void {
    try {
      const received = replica.receive(message)
      if (received === 'gap' || received === 'fork') {
        this.#abort(new FeedTrouble('unsynchronised', replica.freshness().reason ?? `the stream has a ${received}`))
      }
      if (received !== 'applied') return
      this.#failures = 0
      events.flowing?.()
    } catch (error) {
      this.#abort(asFeedTrouble(error))
    }
  }

  /** Runs `work` as long as something comes: it says so by `watch`. */
  async #watched<T>(
    what: 'snapshot' | 'message',
    limitMs: number,
    work: (signal: AbortSignal, watch: () => void) => Promise<T>,
  ): Promise<T> {
    let cancel: Cancel = () => undefined
    const watch = (): void => {
      cancel()
      cancel = this.#options.platform.clock.after(limitMs, () => this.#abort(tooSlow(what, limitMs)))
    }
    return await this.#abortable((signal) => {
      watch()
      return work(signal, watch)
    }).finally(() => cancel())
  }

  /** Runs `work` until it ends or somebody calls `#abort`, even if the work does not hear the signal. */
  async #abortable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new FeedTrouble('interrupted', CLOSED)
    const controller = new AbortController()
    const aborted = new Promise<never>((_, reject) => {
      this.#abort = (reason) => {
        reject(reason)
        controller.abort(reason)
      }
    })
    try {
      return await Promise.race([work(controller.signal), aborted])
    } finally {
      this.#abort = () => undefined
      // Whatever still flows has no reader any more.
      controller.abort()
    }
  }

  async #recover(trouble: FeedTrouble, events: FeedEvents): Promise<void> {
    if (trouble.kind === 'unsynchronised') this.#needsSnapshot = true
    events.trouble?.(trouble.message)
    const pauseMs = trouble.kind === 'refused' ? LONGEST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** this.#failures)
    this.#failures += 1
    await this.#pause(pauseMs)
  }

  /** Between half and all of it, so that many verifiers do not come back at one moment. */
  #pause(longestMs: number): Promise<void> {
    const { clock, random } = this.#options.platform
    const jitter = (random.bytes(1)[0] ?? 0) / 255
    return new Promise((resolve) => {
      const cancel = clock.after((longestMs * (1 + jitter)) / 2, resolve)
      this.#endPause = () => {
        cancel()
        resolve()
      }
    })
  }
}

const tooSlow = (what: 'snapshot' | 'message', limitMs: number): FeedTrouble =>
  new FeedTrouble('interrupted', `no ${what} has come from the issuer for ${limitMs} ms`)
