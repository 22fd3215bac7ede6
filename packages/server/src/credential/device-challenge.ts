import { AuthError, type Clock, encodeBase64url, type Random } from 'countersign/core'
import { createTimedTokens, type TimedTokens } from 'countersign/token'

export interface DeviceChallengesOptions {
  /** The first makes, all check. */
  readonly keys: readonly Uint8Array[]
  readonly clock: Clock
  readonly random: Random
}

/** What a challenge of ours says. */
export interface OpenChallenge {
  /** To be claimed once. */
  readonly id: string
  /** The device that it is for; undefined for one that is enrolled with it. */
  readonly deviceKey: string | undefined
}

/** How long a device has to answer. */
export const CHALLENGE_SECONDS = 60
const ID_BYTES = 16

/** Challenges that nobody has to remember: random, with an end, under our MAC. */
export class DeviceChallenges {
  readonly #tokens: TimedTokens
  readonly #random: Random

  constructor({ keys, clock, random }: DeviceChallengesOptions) {
    this.#tokens = createTimedTokens({ keys, purpose: 'device-challenge/1', clock })
    this.#random = random
  }

  /** Nobody is looked up: for a device that does not exist there is a challenge as well. */
  make(deviceKey: string | undefined): string {
    const id = encodeBase64url(this.#random.bytes(ID_BYTES))
    return this.#tokens.sign(deviceKey === undefined ? { id } : { id, deviceKey }, { expiresInSeconds: CHALLENGE_SECONDS })
  }

  /** @throws {AuthError} `signature_invalid` for what is no challenge of ours; `request_expired`. */
  open(challenge: string): OpenChallenge {
    const { id, deviceKey } = this.#verify(challenge)
    return { id: String(id), deviceKey: typeof deviceKey === 'string' ? deviceKey : undefined }
  }

  #verify(challenge: string): Record<string, unknown> {
    try {
      return this.#tokens.verify(challenge)
    } catch (error) {
      if (!(error instanceof AuthError)) throw error
      const isLate = error.code === 'token_expired'
      throw new AuthError(isLate ? 'request_expired' : 'signature_invalid', { reason: isLate ? 'challenge_expired' : 'not_a_challenge' })
    }
  }
}
