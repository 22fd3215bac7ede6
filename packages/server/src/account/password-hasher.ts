import { availableParallelism } from 'node:os'
import type { Random } from 'countersign/core'
import { systemRandom } from 'countersign/core'
import { equalBytes } from 'countersign/crypto'
import type { Argon2, Argon2Cost } from './argon2.ts'
import { loadArgon2 } from './argon2.ts'
import { formatPhc, parsePhc } from './phc.ts'
import { WorkQueue } from './work-queue.ts'

export interface PasswordHasherOptions {
  /** Default 19 MiB, 2 passes, 1 lane (OWASP's first choice for argon2id). */
  readonly cost?: Argon2Cost
  /** Hashes at a time. Default one a core, at most 4: that many threads the pool has. */
  readonly concurrency?: number
  /** Callers that may wait for their turn. Default 64. */
  readonly maxWaiting?: number
  readonly random?: Random
  /** Default: the quickest that loads. */
  readonly argon2?: Argon2
}

const recommendedCost: Argon2Cost = { memoryKib: 19_456, passes: 2, parallelism: 1 }
const POOL_THREADS = 4
const DEFAULT_WAITING = 64
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
    const { cost = recommendedCost, concurrency = Math.min(availableParallelism(), POOL_THREADS), maxWaiting = DEFAULT_WAITING } = options
    this.#argon2 = argon2
    this.#cost = Object.freeze({ ...cost })
    this.#queue = new WorkQueue(concurrency, maxWaiting)
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
   * and says no, so that an unknown user takes as long as a wrong password.
   *
   * @throws {AuthError} `overloaded`.
   */
  async verify(password: string, stored: string | undefined): Promise<boolean> {
    const parsed = stored === undefined ? undefined : parsePhc(stored)
    if (parsed === undefined) {
      await this.#derive(password, this.#dummySalt, this.#cost, HASH_BYTES)
      return false
    }
    return equalBytes(await this.#derive(password, parsed.salt, parsed.cost, parsed.hash.byteLength), parsed.hash)
  }

  /** Was it made with other parameters than those of today? */
  needsRehash(stored: string): boolean {
    const cost = parsePhc(stored)?.cost
    return (
      cost === undefined ||
      cost.memoryKib !== this.#cost.memoryKib ||
      cost.passes !== this.#cost.passes ||
      cost.parallelism !== this.#cost.parallelism
    )
  }

  /** NFC first (NIST SP 800-63B section 3.1.1.2): one keyboard writes é as one code point, another as two. */
  #derive(password: string, salt: Uint8Array, cost: Argon2Cost, length: number): Promise<Uint8Array> {
    const bytes = new TextEncoder().encode(password.normalize('NFC'))
    return this.#queue.run(() => this.#argon2(bytes, salt, cost, length))
  }
}
