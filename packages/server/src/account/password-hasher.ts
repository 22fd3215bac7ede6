import { availableParallelism } from 'node:os'
import type { Clock, Random } from 'countersign/core'
import { AuthError, systemClock, systemRandom } from 'countersign/core'
import { equalBytes } from 'countersign/crypto'
import type { Argon2, Argon2Cost } from './argon2.ts'
import { loadArgon2 } from './argon2.ts'
import { markedAsForeign, readForeignHash, readStoredForeignHash, wrapDigest } from './foreign-hash/index.ts'
import { formatPhc, parsePhc } from './phc.ts'
import { type TurnListener, WorkQueue } from './work-queue.ts'

export interface PasswordHasherOptions {
  /** Default 19 MiB, 2 passes, 1 lane (OWASP's first choice for argon2id). */
  readonly cost?: Argon2Cost
  /** Hashes at a time. Default: a core, and a thread of the pool's four, are left for everything else. */
  readonly concurrency?: number
  /** Callers that may wait for their turn. Default 64. */
  readonly maxWaiting?: number
  readonly random?: Random
  readonly clock?: Clock
  /** Default: the quickest that loads. */
  readonly argon2?: Argon2
  /** As `WorkQueueOptions.onTurn`. */
  readonly onTurn?: TurnListener
}

const recommendedCost: Argon2Cost = { memoryKib: 19_456, passes: 2, parallelism: 1 }
const POOL_THREADS = 4
const DEFAULT_WAITING = 64
const spareThreads = (): number => Math.max(1, Math.min(availableParallelism(), POOL_THREADS) - 1)

const SALT_BYTES = 16
const HASH_BYTES = 32

/** Hashes and checks passwords with argon2id: off the event loop, a bounded number at a time. */
export class PasswordHasher {
  readonly #argon2: Argon2
  readonly #cost: Argon2Cost
  readonly #queue: WorkQueue
  readonly #random: Random
  readonly #dummySalt: Uint8Array

  private constructor(argon2: Argon2, options: PasswordHasherOptions) {
    const { cost = recommendedCost, concurrency = spareThreads(), maxWaiting = DEFAULT_WAITING, clock = systemClock } = options
    this.#argon2 = argon2
    this.#cost = Object.freeze({ ...cost })
    const { onTurn } = options
    this.#queue = new WorkQueue({ name: 'password', concurrency, maxWaiting, clock, ...(onTurn === undefined ? {} : { onTurn }) })
    this.#random = options.random ?? systemRandom
    this.#dummySalt = this.#random.bytes(SALT_BYTES)
  }

  static async open(options: PasswordHasherOptions = {}): Promise<PasswordHasher> {
    return new PasswordHasher(options.argon2 ?? (await loadArgon2()), options)
  }

  /** @returns a PHC string. @throws {AuthError} `overloaded`. */
  async hash(password: string): Promise<string> {
    const salt = this.#random.bytes(SALT_BYTES)
    const hash = await this.#derive(password, salt, this.#cost, HASH_BYTES)
    return formatPhc({ cost: this.#cost, salt, hash })
  }

  /**
   * Checks a password. Without a stored hash, or with one that cannot be read, it does the work of a check all the same
   * and says no, so that an unknown user takes as long as a wrong password. After the hash of another system it does so too:
   * nobody is answered quicker than an unknown user.
   *
   * @throws {AuthError} `overloaded`.
   */
  async verify(password: string, stored: string | undefined): Promise<boolean> {
    const own = stored === undefined ? undefined : parsePhc(stored)
    if (own !== undefined) return equalBytes(await this.#derive(password, own.salt, own.cost, own.hash.byteLength), own.hash)
    const foreign = stored === undefined ? undefined : readStoredForeignHash(stored)
    const isRight = foreign !== undefined && (await this.#queue.run(() => foreign.matches(password)))
    await this.#derive(password, this.#dummySalt, this.#cost, HASH_BYTES)
    return isRight
  }

  /** @throws {AuthError} `overloaded` where a check would be refused now. */
  requireRoom(): void {
    this.#queue.requireRoom()
  }

  /** How many hashes are made, and how many wait. */
  get load(): WorkQueue['load'] {
    return this.#queue.load
  }

  /** Is it another system's, or was it made with less than what a hash costs today? One that cost more is left alone. */
  needsRehash(stored: string): boolean {
    const cost = parsePhc(stored)?.cost
    if (cost === undefined) return true
    const { memoryKib, passes, parallelism } = this.#cost
    return cost.memoryKib < memoryKib || cost.passes < passes || cost.parallelism < parallelism
  }

  /**
   * Takes the hash of another system. A digest of one round is wrapped into a hash of ours.
   *
   * @returns what is to be stored.
   * @throws {AuthError} `request_invalid` for a text that is no hash we can check, or that we are not willing to pay for; `overloaded`.
   */
  async adopt(text: string): Promise<string> {
    const wrapped = await wrapDigest(text, (digest) => this.hash(digest))
    if (wrapped !== undefined) return wrapped
    const stored = markedAsForeign(text)
    const foreign = readForeignHash(stored)
    if (foreign === undefined) throw refused('is in no form that can be imported, or costs more than a check may')
    const missing = await foreign.missing?.()
    if (missing !== undefined) throw refused(`needs a package that is not installed: npm install ${missing}`)
    return stored
  }

  /** NFC first (NIST SP 800-63B section 3.1.1.2): one keyboard writes é as one code point, another as two. */
  #derive(password: string, salt: Uint8Array, cost: Argon2Cost, length: number): Promise<Uint8Array> {
    const bytes = new TextEncoder().encode(password.normalize('NFC'))
    return this.#queue.run(() => this.#argon2(bytes, salt, cost, length))
  }
}

const refused = (problem: string): AuthError => new AuthError('request_invalid', { pointer: '/password_hash', problem })
