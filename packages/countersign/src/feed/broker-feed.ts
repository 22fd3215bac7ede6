import type { Platform } from '../core/index.ts'
import type { Position } from '../revocation/index.ts'
import type { IssuerAccess, OpenFeed } from './feed.ts'
import { FeedReader, type FeedTransport } from './feed-reader.ts'
import { asFeedTrouble, FeedTrouble } from './feed-trouble.ts'

/** What differs from one broker to the next. `Place` is where a reader stands in the broker's stream. */
export interface BrokerReader<Place> {
  /** Where the stream ends now. */
  end(signal: AbortSignal): Promise<Place>
  /**
   * Delivers what stands behind `after`, and goes on until the signal aborts. Returns or throws when the stream ends before.
   *
   * @throws {FeedTrouble} `unsynchronised`: this is not the stream that `after` was a place in.
   */
  read(after: Place, deliver: (message: string, place: Place) => void, signal: AbortSignal): Promise<void>
}

export interface BrokerFeedOptions {
  /** The stream is given up when no message has come for this long; the issuer sends one a second. Default 3500. */
  readonly idleTimeoutMs?: number
  /** How long the broker may take to say where its stream ends. Default 2000. */
  readonly endTimeoutMs?: number
}

const DEFAULT_END_TIMEOUT_MS = 2000

/** A feed that takes snapshots from the issuer over HTTP, and what happens from a broker, which is trusted with nothing. */
export const openBrokerFeed =
  <Place>(openReader: (platform: Platform) => BrokerReader<Place>, options: BrokerFeedOptions = {}): OpenFeed =>
  (issuer) => {
    const { platform } = issuer
    const { idleTimeoutMs, endTimeoutMs = DEFAULT_END_TIMEOUT_MS } = options
    const transport = new BrokerTransport(openReader(platform), issuer, endTimeoutMs)
    return new FeedReader(transport, { platform, ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }) })
  }

/**
 * As long as nothing comes through the broker, every attempt to follow ends in a snapshot over HTTP: while the broker is
 * down, or nobody feeds it, the replica still hears from the issuer every few seconds.
 */
class BrokerTransport<Place> implements FeedTransport {
  readonly #reader: BrokerReader<Place>
  readonly #issuer: IssuerAccess
  readonly #endTimeoutMs: number
  #place: Place | undefined
  #isSilent = false
  #problem = 'nothing comes through the broker'

  constructor(reader: BrokerReader<Place>, issuer: IssuerAccess, endTimeoutMs: number) {
    this.#reader = reader
    this.#issuer = issuer
    this.#endTimeoutMs = endTimeoutMs
  }

  /** First the place, then the snapshot: what is committed after the snapshot stands behind the place. */
  async *snapshot(signal: AbortSignal): AsyncGenerator<string> {
    this.#place = await this.#end(signal)
    this.#isSilent = false
    yield* this.#issuer.snapshot(signal)
  }

  async follow(_after: Position, deliver: (message: string) => void, signal: AbortSignal): Promise<void> {
    const place = this.#place
    if (place === undefined || this.#isSilent) throw new FeedTrouble('unsynchronised', this.#problem)
    this.#isSilent = true
    const move = (message: string, next: Place): void => {
      if (signal.aborted) return
      this.#isSilent = false
      this.#place = next
      deliver(message)
    }
    await this.#reader.read(place, move, signal)
  }

  /** @returns `undefined` when the broker does not say: the snapshot does not wait for it. */
  async #end(signal: AbortSignal): Promise<Place | undefined> {
    const limit = new AbortController()
    const late = new Promise<never>((_, reject) => {
      limit.signal.addEventListener('abort', () => reject(new Error(`no answer for ${this.#endTimeoutMs} ms`)))
    })
    const cancel = this.#issuer.platform.clock.after(this.#endTimeoutMs, () => limit.abort())
    try {
      this.#problem = 'nothing comes through the broker'
      return await Promise.race([this.#reader.end(AbortSignal.any([signal, limit.signal])), late])
    } catch (error) {
      this.#problem = `the broker cannot be read: ${asFeedTrouble(error).message}`
      return undefined
    } finally {
      cancel()
    }
  }
}
