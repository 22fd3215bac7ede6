import { AuthError, type Cancel, type Platform } from 'countersign/core'
import type { SecurityEventClaims } from 'countersign/token'
import type { DeliveryStore, NewJob } from '../delivery-store.ts'
import { claimsOf, POLLED } from './stream.ts'
import type { StreamKeeper } from './streams.ts'

/** RFC 8936 section 2.2. */
export interface PollRequest {
  /** Tokens that the receiver has made its own: they are not sent again. */
  readonly acknowledged: readonly string[]
  /** Tokens that it does not want, with its reasons. */
  readonly refused: ReadonlyMap<string, string>
  readonly limit: number
  /** Answers at once, with nothing where there is nothing. */
  readonly immediately: boolean
}

export interface Polled {
  /** By `jti`. */
  readonly sets: Readonly<Record<string, string>>
  readonly moreAvailable: boolean
}

export interface PollingOptions {
  readonly store: DeliveryStore
  readonly platform: Platform
  readonly sign: (claims: SecurityEventClaims) => string
  /** Calls the listener when there may be something new. */
  readonly onJob: (listener: () => void) => Cancel
  /** Told what a receiver does not want. Must not throw. */
  readonly onRefused?: (stream: string, problems: ReadonlyMap<string, string>) => void
}

export const MOST_POLLED = 100
/** Shorter than what proxies usually bear. */
const WAIT_MS = 25_000
/** What another server has copied is not announced here. */
const LOOK_AGAIN_MS = 1000
/** More than so many do not wait: they are answered at once, and ask again. */
const MOST_WAITING = 500

/** Streams whose receivers fetch them (RFC 8936). A token is handed out again and again until it is acknowledged or refused. */
export class Polling {
  readonly #options: PollingOptions
  readonly #waiting = new Set<() => void>()
  #isStopping = false

  constructor(options: PollingOptions) {
    this.#options = options
  }

  /** Answers everyone who waits. */
  stop(): void {
    this.#isStopping = true
    for (const wake of this.#waiting) wake()
  }

  /**
   * Notes what the receiver says of what it had, and hands out what is there; waits for it up to 25 seconds if it may.
   *
   * @throws {AuthError} `not_found` for somebody else's stream, and for one that is pushed.
   */
  async poll(keeper: StreamKeeper, stream: string, request: PollRequest, signal: AbortSignal): Promise<Polled> {
    const { store, platform, onRefused } = this.#options
    await this.#requireFetched(keeper, stream)
    if (request.acknowledged.length > 0) await store.acknowledge(stream, request.acknowledged)
    if (request.refused.size > 0) {
      await store.refuse(stream, request.refused, platform.clock.now())
      onRefused?.(stream, request.refused)
    }
    if (request.limit === 0) return { sets: {}, moreAvailable: false }
    const endMs = platform.clock.monotonicMs() + WAIT_MS
    for (;;) {
      const found = await store.waiting(stream, request.limit + 1)
      const mayWait = !request.immediately && !this.#isStopping && this.#waiting.size < MOST_WAITING && !signal.aborted
      if (found.length > 0 || !mayWait || platform.clock.monotonicMs() >= endMs) return this.#handOut(found, request.limit)
      await this.#somethingNew(signal)
    }
  }

  #handOut(found: readonly NewJob[], limit: number): Polled {
    const sets = found.slice(0, limit).map((job) => [job.id, this.#options.sign(claimsOf(job))] as const)
    return { sets: Object.fromEntries(sets), moreAvailable: found.length > limit }
  }

  async #requireFetched(keeper: StreamKeeper, stream: string): Promise<void> {
    const found = await this.#options.store.find(stream)
    const isTheirs = found?.kind === POLLED && (keeper === undefined || found.owner === keeper)
    if (!isTheirs) throw new AuthError('not_found', { stream })
  }

  #somethingNew(signal: AbortSignal): Promise<void> {
    const { platform, onJob } = this.#options
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake)
        cancelJob()
        cancelTimer()
        signal.removeEventListener('abort', wake)
        resolve()
      }
      const cancelJob = onJob(wake)
      const cancelTimer = platform.clock.after(LOOK_AGAIN_MS, wake)
      signal.addEventListener('abort', wake)
      this.#waiting.add(wake)
    })
  }
}
