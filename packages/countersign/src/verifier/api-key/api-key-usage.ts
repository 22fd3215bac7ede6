import type { EpochSeconds } from '../../core/index.ts'
import { keyedSecretFingerprint } from '../../crypto/index.ts'
import { type RateLimit, TokenBucket } from '../token-bucket.ts'

const fingerprint = keyedSecretFingerprint()
const scratch = new Int32Array(4)

/** What this process has seen of one key: survives that the issuer is asked about it again. */
export class ApiKeyUsage {
  #hasSeen = false
  // Four numbers and no array: among thousands of keys each step to another object waits for memory.
  #a = 0
  #b = 0
  #c = 0
  #d = 0
  #bucket: TokenBucket | undefined
  /** 0 before the first. */
  usedAt: EpochSeconds = 0
  reportedAt: EpochSeconds = 0

  /**
   * Whether the text holds, from `start` on, the secret that was last found right. Nothing of it is kept: to guess one that passes is to guess
   * 128 bits, and all of them are compared whatever the first ones say.
   */
  isSeen(text: string, start: number): boolean {
    if (!this.#hasSeen) return false
    fingerprint(text, start, scratch)
    const [a, b, c, d] = [scratch[0] as number, scratch[1] as number, scratch[2] as number, scratch[3] as number]
    return ((this.#a ^ a) | (this.#b ^ b) | (this.#c ^ c) | (this.#d ^ d)) === 0
  }

  /** @param text Holds the right secret from `start` on. */
  remember(text: string, start: number): void {
    fingerprint(text, start, scratch)
    this.#a = scratch[0] as number
    this.#b = scratch[1] as number
    this.#c = scratch[2] as number
    this.#d = scratch[3] as number
    this.#hasSeen = true
  }

  /** Counts a request. @returns 0 within the limit, otherwise the milliseconds until one would be. */
  take({ requests, seconds }: RateLimit, nowMs: number): number {
    const { limit } = this.#bucket ?? {}
    if (this.#bucket === undefined || limit?.requests !== requests || limit.seconds !== seconds) {
      this.#bucket = new TokenBucket({ requests, seconds }, nowMs)
    }
    return this.#bucket.take(nowMs)
  }
}
