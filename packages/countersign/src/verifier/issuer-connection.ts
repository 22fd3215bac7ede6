import type { Cancel, Platform } from '../core/index.ts'
import type { Replica } from '../revocation/index.ts'
import type { HeadQuestions } from './head-questions.ts'
import type { VerifierReports } from './verifier-reports.ts'
import type { KeySource } from './verify.ts'

const FIRST_DELAY_MS = 100
const LONGEST_DELAY_MS = 5000

/** What brings the log to the replica; every reader in `feed` fits. */
export interface LogFeed {
  start(replica: Replica, events: LogFeedEvents): void
  close(): void
}

/** What a feed that comes through a broker needs of the issuer. */
export interface SnapshotAccess {
  readonly platform: Platform
  snapshot(signal: AbortSignal): AsyncIterable<string>
}

/** A feed that the verifier opens once it knows where the issuer's snapshot is. */
export type OpenLogFeed = (issuer: SnapshotAccess) => LogFeed

export interface LogFeedEvents {
  /** No known key has signed a message. */
  readonly unknownKey: (kid: string) => void
  readonly trouble: (reason: string) => void
  readonly flowing: () => void
}

export interface IssuerConnectionOptions {
  readonly keys: KeySource
  readonly replica: Replica
  readonly platform: Platform
  /** Called once, after the first keys were loaded. */
  readonly openFeed: () => LogFeed
  /** Asked again and again, where challenges are the proof. Nobody can be asked before the first keys were loaded. */
  readonly questions?: Pick<HeadQuestions, 'start' | 'close' | 'problem'> | undefined
  /** Where the issuer may say, whenever it is read, that it takes them. */
  readonly reports?: Pick<VerifierReports, 'start' | 'close'> | undefined
}

/** Keeps keys and log coming: first the keys, then the feed, and the keys again whenever the log says that they changed. */
export class IssuerConnection {
  readonly #options: IssuerConnectionOptions
  #feed: LogFeed | undefined
  #closed = false
  #hasBeenFresh = false
  #failures = 0
  #loads = 0
  #keyProblem: string | undefined
  #feedProblem: string | undefined
  #cancelRetry: Cancel = () => undefined
  readonly #cancelEntries: Cancel
  readonly #cancelFreshness: Cancel

  constructor(options: IssuerConnectionOptions) {
    this.#options = options
    const { keys, replica } = options
    this.#cancelEntries =
      keys.follow?.(replica) ??
      replica.onEntry((entry) => {
        if (entry.kind === 'keyset') this.#loadKeys()
      })
    // What the log said while nobody listened may have included a change of keys.
    this.#cancelFreshness = replica.onFreshnessChange(({ state }) => {
      if (state !== 'fresh') return
      if (this.#hasBeenFresh) this.#loadKeys()
      this.#hasBeenFresh = true
    })
  }

  /** Why keys or log do not come, as long as they do not. */
  get problem(): string | undefined {
    return this.#keyProblem ?? this.#options.questions?.problem ?? this.#feedProblem
  }

  open(): void {
    this.#loadKeys()
  }

  close(): void {
    this.#closed = true
    this.#cancelRetry()
    this.#cancelEntries()
    this.#cancelFreshness()
    this.#options.questions?.close()
    this.#options.reports?.close()
    this.#feed?.close()
  }

  /** Loads until it has worked; the keys known so far stay in use meanwhile. */
  #loadKeys(): void {
    this.#cancelRetry()
    const load = ++this.#loads
    this.#options.keys.load().then(
      () => this.#keysLoaded(),
      // What a later load is about to say, or has said, counts.
      (error: unknown) => void (load === this.#loads && this.#retryLater(error)),
    )
  }

  #keysLoaded(): void {
    this.#keyProblem = undefined
    this.#failures = 0
    this.#cancelRetry()
    if (this.#closed) return
    const { keys, replica, openFeed, questions, reports } = this.#options
    reports?.start()
    if (this.#feed !== undefined) return
    this.#feed = openFeed()
    questions?.start()
    this.#feed.start(replica, {
      unknownKey: (kid) => void keys.lookUp(kid),
      trouble: (reason) => {
        this.#feedProblem = reason
      },
      flowing: () => {
        this.#feedProblem = undefined
      },
    })
  }

  #retryLater(error: unknown): void {
    this.#keyProblem = error instanceof Error ? error.message : 'the keys of the issuer could not be read'
    if (this.#closed) return
    const { clock, random } = this.#options.platform
    const longestMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#failures++)
    // Between half and all of it, so that many verifiers do not come back at one moment.
    const jitter = (random.bytes(1)[0] ?? 0) / 255
    this.#cancelRetry()
    this.#cancelRetry = clock.after((longestMs * (1 + jitter)) / 2, () => this.#loadKeys())
  }
}
