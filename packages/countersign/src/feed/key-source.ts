import type { Cancel, Platform } from '../core/index.ts'
import type { JwsAlgorithm } from '../crypto/index.ts'
import type { KeySet } from '../key/index.ts'
import type { LogEntry, Replica } from '../revocation/index.ts'
import { type Discovery, fetchDiscovery, fetchJwks } from './discovery.ts'
import { UnrevokedKeys } from './unrevoked-keys.ts'

export interface IssuerKeysOptions {
  readonly issuer: string
  /** The algorithms that the verifier accepts in access tokens. */
  readonly algorithms: readonly JwsAlgorithm[]
  readonly platform: Platform
  /** An unknown key makes us ask the issuer this often at most. Default 1000. */
  readonly coolDownMs?: number
}

/** The published keys of an issuer. What was read stays in use until something newer was read. */
export interface IssuerKeys {
  /** What the issuer says about itself; undefined before the first load. */
  readonly discovery: Discovery | undefined
  /** The keys of access tokens: the same object as long as nothing was read or dropped. */
  accessTokenKeys(): KeySet
  feedKeys(): KeySet
  /**
   * Asks the issuer, after any question that is under way; all who ask meanwhile share one.
   *
   * @throws {Error} The issuer gave no usable answer; the keys stay as they were.
   */
  load(): Promise<void>
  /**
   * Asks the issuer because somebody named a key that is not known. That may be anybody: it waits for a question that is
   * under way, and otherwise asks once per cool-down, or at once when the log has announced new keys. Never throws.
   *
   * @returns whether the keys of access tokens have changed.
   */
  refresh(): Promise<boolean>
  /** Obeys the log: reads the keys when they have changed, and drops a revoked key at once and for good. */
  follow(replica: Pick<Replica, 'onEntry'>): Cancel
}

export const createIssuerKeys = (options: IssuerKeysOptions): IssuerKeys => new KeysOverHttp(options)

class KeysOverHttp implements IssuerKeys {
  readonly #options: IssuerKeysOptions
  readonly #accessTokenKeys = new UnrevokedKeys()
  readonly #feedKeys = new UnrevokedKeys()
  #discovery: Discovery | undefined
  /** The load that is under way, if any; never rejects. */
  #current: Promise<void> | undefined
  /** The load that will follow it. */
  #next: Promise<void> | undefined
  #begunAtMs = Number.NEGATIVE_INFINITY
  /** The log has announced new keys since the last load began. */
  #isAnnounced = false

  constructor(options: IssuerKeysOptions) {
    this.#options = options
  }

  get discovery(): Discovery | undefined {
    return this.#discovery
  }

  accessTokenKeys(): KeySet {
    return this.#accessTokenKeys.current
  }

  feedKeys(): KeySet {
    return this.#feedKeys.current
  }

  load(): Promise<void> {
    if (this.#current === undefined) return this.#begin()
    this.#next ??= this.#current.then(() => {
      this.#next = undefined
      return this.#begin()
    })
    return this.#next
  }

  async refresh(): Promise<boolean> {
    const { clock } = this.#options.platform
    const before = this.#accessTokenKeys.current
    const pending = this.#next ?? this.#current
    const mayAsk = this.#isAnnounced || clock.monotonicMs() - this.#begunAtMs >= (this.#options.coolDownMs ?? 1000)
    if (pending !== undefined) await pending.catch(() => undefined)
    // Without an answer the keys stay as they are, and an unknown key unknown.
    else if (mayAsk) await this.load().catch(() => undefined)
    return this.#accessTokenKeys.current !== before
  }

  follow(replica: Pick<Replica, 'onEntry'>): Cancel {
    return replica.onEntry((entry) => this.#obey(entry))
  }

  #obey({ kind, target }: LogEntry): void {
    if (kind === 'keyset') {
      this.#isAnnounced = true
      // When it fails, the next unknown key asks again.
      this.load().catch(() => undefined)
    }
    if (kind !== 'cutoff' || target.kind !== 'key') return
    this.#accessTokenKeys.revoke(target.id)
    this.#feedKeys.revoke(target.id)
  }

  #begin(): Promise<void> {
    const load = this.#read().finally(() => {
      this.#current = undefined
    })
    this.#current = load.catch(() => undefined)
    return load
  }

  async #read(): Promise<void> {
    const { issuer, algorithms, platform } = this.#options
    this.#isAnnounced = false
    this.#begunAtMs = platform.clock.monotonicMs()
    const discovery = await fetchDiscovery(issuer, algorithms, platform)
    const accessTokenKeys = await fetchJwks(discovery.jwksUrl, platform)
    this.#discovery = discovery
    this.#accessTokenKeys.replace(accessTokenKeys)
    this.#feedKeys.replace(discovery.feedKeys)
  }
}
