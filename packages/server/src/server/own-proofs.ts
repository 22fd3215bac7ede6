import { type Platform, toEpochSeconds } from 'countersign/core'
import type { ReplayStore } from 'countersign/replay'
import { DpopError, DpopNonces, verifyDpopProof } from 'countersign/token'

export interface OwnProofsOptions {
  readonly issuer: string
  readonly replay: ReplayStore
  readonly platform: Platform
  readonly clockToleranceSeconds: number
  /** Given, proofs must hold a nonce that one of these keys made. */
  readonly nonceKeys: readonly Uint8Array[] | undefined
}

/** For how long a proof, and at least a nonce, is good. */
export const PROOF_SECONDS = 60

/** DPoP proofs (RFC 9449 section 5) on requests that come without an access token: to sign in, to refresh, to answer a challenge. */
export class OwnProofs {
  readonly #options: OwnProofsOptions
  readonly #nonces: DpopNonces | undefined

  constructor(options: OwnProofsOptions) {
    const { nonceKeys: keys, platform } = options
    this.#options = options
    this.#nonces = keys && new DpopNonces({ clock: platform.clock, keys, lifeSeconds: PROOF_SECONDS })
  }

  /** For `DPoP-Nonce`; undefined where proofs need none. */
  get nonce(): string | undefined {
    return this.#nonces?.newest
  }

  /**
   * The key that whoever sends the request has proved to hold; the proof is used up.
   *
   * @returns its RFC 7638 thumbprint; undefined for a request without a proof.
   * @throws {DpopError} as `verifyDpopProof`; `request_replayed`.
   */
  async keyOf(request: Request): Promise<string | undefined> {
    const { issuer, replay, platform, clockToleranceSeconds } = this.#options
    const compact = request.headers.get('dpop')
    if (compact === null) return undefined
    const nonces = this.#nonces
    const { keyThumbprint, id, notAfter } = verifyDpopProof(compact, {
      method: request.method,
      // Where the client was told to go; what a proxy made of it, or `Host` says, is of no concern.
      uri: `${issuer}${new URL(request.url).pathname}`,
      now: toEpochSeconds(platform.clock.now()),
      maxAgeSeconds: PROOF_SECONDS,
      clockToleranceSeconds,
      ...(nonces === undefined ? {} : { isNonce: (nonce: string) => nonces.accepts(nonce) }),
    })
    if (!(await replay.claim(`dpop:${keyThumbprint}`, id, (notAfter + 1) * 1000))) {
      throw new DpopError('request_replayed', { reason: 'proof_used_before' })
    }
    return keyThumbprint
  }
}
