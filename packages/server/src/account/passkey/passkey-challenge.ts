import { AuthError, decodeBase64url, type EpochMs, encodeBase64url, type Platform } from 'countersign/core'
import { equalBytes, hmacKey, hmacSha256 } from 'countersign/crypto'
import type { ReplayStore } from 'countersign/replay'
import type { MasterSecret } from '../../signing/master-secret.ts'

/** What a challenge is for: `enrol` a passkey, `sign-in` of somebody who is not known yet, a `factor` of somebody who is; `ticket` asks for the last. */
export type ChallengePurpose = 'enrol' | 'sign-in' | 'factor' | 'ticket'

/** A challenge of ours that was not claimed yet. */
export interface OpenChallenge {
  readonly nonce: string
  readonly expiresAt: EpochMs
}

export interface PasskeyChallengesOptions {
  readonly secret: MasterSecret
  readonly replay: ReplayStore
  readonly platform: Platform
}

const PURPOSE = 'passkey-challenge/1'
const CLAIM_SCOPE = 'passkey'
/** WebAuthn Level 3 section 15.1 recommends five to ten minutes where a person is verified. */
const LIFE_MS = 300_000
export const CHALLENGE_LIFE_MS: number = LIFE_MS
const TIME_BYTES = 6
const NONCE_BYTES = 16
const HEAD_BYTES = TIME_BYTES + NONCE_BYTES
const TAG_BYTES = 32
const form = /^[\w-]{72}$/

/**
 * Challenges that say themselves until when they are good, and that were made here, for one purpose and whatever else they are bound to: so
 * that asking for one stores nothing, and any server that has the master secret takes the answer. They are good once.
 */
export class PasskeyChallenges {
  readonly #options: PasskeyChallengesOptions

  constructor(options: PasskeyChallengesOptions) {
    this.#options = options
  }

  /** @param binding Whom, and what of them, it is for: has to be the same when it is opened. @returns base64url. */
  issue(purpose: ChallengePurpose, binding: string): string {
    const { secret, platform } = this.#options
    const head = new Uint8Array(HEAD_BYTES)
    new DataView(head.buffer).setBigUint64(0, BigInt(platform.clock.now() + LIFE_MS) << 16n)
    head.set(platform.random.bytes(NONCE_BYTES), TIME_BYTES)
    const [newest] = secret.purposeKeys(PURPOSE)
    if (newest === undefined) throw new Error('a master secret without secrets')
    const challenge = new Uint8Array(HEAD_BYTES + TAG_BYTES)
    challenge.set(head)
    challenge.set(tagOf(newest.key, purpose, binding, head), HEAD_BYTES)
    return encodeBase64url(challenge)
  }

  /**
   * Does not claim it.
   *
   * @returns undefined for what was not made here, for another purpose or binding, or too long ago.
   */
  open(purpose: ChallengePurpose, binding: string, challenge: string): OpenChallenge | undefined {
    if (!form.test(challenge)) return undefined
    const bytes = decodeBase64url(challenge)
    const [head, tag] = [bytes.subarray(0, HEAD_BYTES), bytes.subarray(HEAD_BYTES)]
    const { secret, platform } = this.#options
    const isOurs = secret.purposeKeys(PURPOSE).some(({ key }) => equalBytes(tagOf(key, purpose, binding, head), tag))
    const expiresAt = Number(new DataView(head.buffer, head.byteOffset).getBigUint64(0) >> 16n)
    if (!isOurs || expiresAt <= platform.clock.now()) return undefined
    return { nonce: encodeBase64url(head.subarray(TIME_BYTES)), expiresAt }
  }

  /** @throws {AuthError} `request_replayed` the second time. */
  async claim({ nonce, expiresAt }: OpenChallenge): Promise<void> {
    if (!(await this.#options.replay.claim(CLAIM_SCOPE, nonce, expiresAt))) throw new AuthError('request_replayed', { scope: CLAIM_SCOPE })
  }
}

const tagOf = (key: Uint8Array, purpose: ChallengePurpose, binding: string, head: Uint8Array): Uint8Array =>
  hmacSha256(hmacKey(key), JSON.stringify([purpose, binding, encodeBase64url(head)]))
