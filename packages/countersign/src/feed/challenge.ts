import type { Platform } from '../core/index.ts'
import { fetchBounded } from './bounded-fetch.ts'

export interface FeedChallengeOptions {
  /** `feed_challenge_uri` of the issuer's discovery document; undefined as long as that was not read. */
  readonly url: () => string | undefined
  /** A service credential (`cs_svc_…`). */
  readonly credential: string
  readonly platform: Platform
}

/** Asks the issuer where its log ends. */
export interface FeedChallenge {
  /** @returns a signed heartbeat that carries the nonce. Not verified: see `Replica.ask`. */
  answer(nonce: string, signal: AbortSignal): Promise<string>
}

const MAX_BYTES = 16_384

/** Asks over HTTP: `POST {url}` with `{nonce}`, answered as `application/jwt`. */
export function createFeedChallenge({ url, credential, platform }: FeedChallengeOptions): FeedChallenge {
  return {
    async answer(nonce, signal) {
      const address = url()
      if (address === undefined) throw new Error('the issuer names no feed_challenge_uri: it signs no challenges')
      const request = { platform, accept: 'application/jwt', maxBytes: MAX_BYTES, signal, credential, json: { nonce } }
      return new TextDecoder().decode(await fetchBounded(address, request)).trim()
    },
  }
}
