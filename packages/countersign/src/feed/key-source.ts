import type { Cancel, Platform } from '../core/index.ts'
import type { JwsAlgorithm } from '../crypto/index.ts'
import type { KeyLookUp, KeySet } from '../key/index.ts'
import type { PlacedEntry, Replica } from '../revocation/index.ts'
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

/** Kids that the issuer is known not to publish; anybody can name more, so they are bounded. */
const MAX_ABSENT = 1024

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
   * under way (which keys that the log has announced always are), and otherwise asks once per cool-down. Never throws.
   */
  lookUp(kid: string): Promise<KeyLookUp>
  /** Obeys the log: reads the keys when they have changed, and drops a revoked key at once and for good. */
  follow(replica: Pick<Replica, 'onEntry'>): Cancel
}

export const createIssuerKeys = (options: IssuerKeysOptions): IssuerKeys => new KeysOverHttp(options)

class KeysOverHttp implements IssuerKeys {
  readonly #options: IssuerKeysOptions
  readonly #accessTokenKeys = new UnrevokedKeys()
  readonly #feedKeys = new UnrevokedKeys()
  readonly #absent = new Set<string>()
  #discovery: Discovery | undefined
  /** The load that is under way, if any; never rejects. */
  #current: Promise<void> | undefined
  /** The load that will follow it. */
  #next: Promise<void> | undefined
  #begunAtMs = Number.NEGATIVE_INFINITY

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

  async lookUp(kid: string): Promise<KeyLookUp> {
    if (this.#accessTokenKeys.isRevoked(kid) || this.#feedKeys.isRevoked(kid)) return 'revoked'
    // A key is published before it signs, and its name cannot be guessed: what was absent once was never a key of ours.
    if (this.#absent.has(kid)) return 'absent'
    const pending = this.#next ?? this.#current
    if (pending !== undefined) await pending.catch(() => undefined)
    if (this.#has(kid)) return 'found'
    return pending === undefined && this.#mayAsk() ? this.#askFor(kid) : 'unknown'
  }

  follow(replica: Pick<Replica, 'onEntry'>): Cancel {
    return replica.onEntry((entry) => this.#obey(entry))
  }

  #has(kid: string): boolean {
    return this.#accessTokenKeys.current.find(kid) !== undefined || this.#feedKeys.current.find(kid) !== undefined
  }

  #mayAsk(): boolean {
    return this.#options.platform.clock.monotonicMs() - this.#begunAtMs >= (this.#options.coolDownMs ?? 1000)
  }

  async #askFor(kid: string): Promise<KeyLookUp> {
    try {
      await this.load()
    } catch {
      // Without an answer the keys stay as they are, and an unknown key unknown.
      return 'unknown'
    }
    if (this.#has(kid)) return 'found'
    if (this.#absent.size >= MAX_ABSENT) this.#absent.clear()
    this.#absent.add(kid)
    return 'absent'
  }

  #obey({ kind, target }: PlacedEntry): void {
    // When it fails, the next unknown key asks again.
    if (kind === 'keyset') this.load().catch(() => undefined)
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
    this.#begunAtMs = platform.clock.monotonicMs()
    const discovery = await fetchDiscovery(issuer, algorithms, platform)
    const accessTokenKeys = await fetchJwks(discovery.jwksUrl, platform)
    this.#discovery = discovery
    this.#accessTokenKeys.replace(accessTokenKeys)
    this.#feedKeys.replace(discovery.feedKeys)
  }
}
