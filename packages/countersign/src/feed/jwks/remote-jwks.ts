import type { Platform } from '../../core/index.ts'
import type { KeyLookUp, KeySet } from '../../key/index.ts'
import { fetchJwks, type PublishedKeys } from '../discovery.ts'
import { discoverJwksUri } from './jwks-uri.ts'

export interface RemoteJwksOptions {
  readonly issuer: string
  /** Default: as the issuer's discovery document says, asked anew each time. */
  readonly jwksUri?: string | undefined
  readonly platform: Platform
  /** The keys are used for so long without an answer of the issuer; it is asked after a sixth of that. */
  readonly maxAgeMs: number
  /** The issuer is asked this often at most, whatever tokens name. Default 5000. */
  readonly coolDownMs?: number
}

const DEFAULT_COOL_DOWN_MS = 5000
const REFRESHES_IN_MAX_AGE = 6

/** The keys that an issuer publishes, read when they are used: bounded in size, time, age and number of questions. */
export class RemoteJwks {
  readonly #options: RemoteJwksOptions
  #published: PublishedKeys | undefined
  #readAtMs = Number.NEGATIVE_INFINITY
  #begunAtMs = Number.NEGATIVE_INFINITY
  /** The question that is under way: whether it was answered. Never rejects. */
  #asking: Promise<boolean> | undefined
  #problem: string | undefined

  constructor(options: RemoteJwksOptions) {
    this.#options = options
  }

  /** Why the last question was not answered; a sentence for operators. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** The keys, the same object while they are the same; `undefined` when there are none young enough. Asks for younger ones in good time. */
  current(): KeySet | undefined {
    const { maxAgeMs } = this.#options
    const ageMs = this.#nowMs() - this.#readAtMs
    if (ageMs > maxAgeMs / REFRESHES_IN_MAX_AGE && this.#asking === undefined && this.#mayAsk()) void this.#ask()
    return ageMs > maxAgeMs ? undefined : this.#published?.keys
  }

  /**
   * Asks because somebody named a key that is not known: that may be anybody. Waits for a question that is under way, and otherwise asks
   * once per cool-down. What was absent may be published later: nothing of that is remembered.
   */
  async lookUp(kid: string): Promise<KeyLookUp> {
    const pending = this.#asking
    if (pending !== undefined) await pending
    // May ask by itself, when the keys are too old.
    if (this.current()?.find(kid) !== undefined) return 'found'
    const mayWait = this.#asking !== undefined || this.#mayAsk()
    if (pending !== undefined || !mayWait || !(await (this.#asking ?? this.#ask()))) return 'unknown'
    return this.#published?.keys.find(kid) === undefined ? 'absent' : 'found'
  }

  #mayAsk(): boolean {
    return this.#nowMs() - this.#begunAtMs >= (this.#options.coolDownMs ?? DEFAULT_COOL_DOWN_MS)
  }

  #ask(): Promise<boolean> {
    this.#begunAtMs = this.#nowMs()
    this.#asking = this.#read()
      .then(
        (published) => {
          if (published.text !== this.#published?.text) this.#published = published
          this.#readAtMs = this.#begunAtMs
          this.#problem = undefined
          return true
        },
        (error: unknown) => {
          this.#problem = error instanceof Error ? error.message : 'the keys could not be read'
          return false
        },
      )
      .finally(() => {
        this.#asking = undefined
      })
    return this.#asking
  }

  async #read(): Promise<PublishedKeys> {
    const { issuer, jwksUri, platform } = this.#options
    return fetchJwks(jwksUri ?? (await discoverJwksUri(issuer, platform)), platform)
  }

  #nowMs(): number {
    return this.#options.platform.clock.monotonicMs()
  }
}
