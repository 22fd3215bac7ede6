import { AuthError, type Platform, toEpochSeconds } from '../../core/index.ts'
import { equalText } from '../../crypto/index.ts'
import { MemoryReplayStore, type ReplayStore } from '../../replay/index.ts'
import type { Replica } from '../../revocation/index.ts'
import { DpopError, DpopNonces, type DpopProof, verifyDpopProof } from '../../token/index.ts'
import { ClaimMemory } from '../claim-memory.ts'
import type { ArrivedRequest, PresentedCredentials } from '../credential.ts'
import { requireBearer } from '../extract/bearer.ts'
import { originOf, type PublicPlace } from '../public-origin.ts'
import type { VerifiedToken } from '../verified-token.ts'
import { certificateThumbprint } from './client-certificate.ts'
import type { Confirmation } from './confirmation.ts'
import type { PossessionSettings } from './possession-options.ts'

export interface PossessionParts {
  readonly settings: PossessionSettings
  readonly place: PublicPlace
  readonly platform: Platform
  readonly replica: Pick<Replica, 'now' | 'signedNow'>
  readonly clockToleranceSeconds: number
}

/** A token that is bound to something. */
export type BoundToken = Pick<VerifiedToken, 'text'> & { readonly confirmation: Confirmation }

/** Takes the proof, so that nobody uses it again. @throws {AuthError} `request_replayed`; what the store refuses with. */
export type ProofClaim = () => Promise<void>

const KEY_BYTES = 32

/** Whether who presents a bound token has what it is bound to. Asked on every request, also for a token that is remembered. */
export class Possession {
  readonly #parts: PossessionParts
  readonly #replay: ReplayStore
  readonly #nonces: DpopNonces | undefined
  readonly #memory: ClaimMemory
  /** What the first guard of a request has claimed: a second one asks about the same request. */
  readonly #claimed = new WeakMap<object, string>()

  constructor(parts: PossessionParts) {
    const { settings, platform } = parts
    this.#parts = parts
    this.#replay = settings.replay ?? new MemoryReplayStore({ clock: platform.clock, random: platform.random })
    this.#nonces = noncesOf(settings, platform)
    this.#memory = new ClaimMemory({ clock: platform.clock, replay: this.#replay, replica: parts.replica })
  }

  /** For `DPoP-Nonce`; undefined where proofs need none. */
  get nonce(): string | undefined {
    return this.#nonces?.newest
  }

  /** For the challenge: RFC 9449 section 7.1 `algs`. */
  get algorithms(): string {
    return this.#parts.settings.algorithms.join(' ')
  }

  /**
   * Checks all but whether the proof was used before.
   *
   * @returns what takes the proof, to be called when everything else is right; undefined where there is nothing to take.
   * @throws {AuthError} `token_invalid` for another certificate, or none. {DpopError} as `verifyDpopProof`.
   */
  check({ text, confirmation }: BoundToken, { arrival }: Pick<PresentedCredentials, 'arrival'>): ProofClaim | undefined {
    if (arrival === undefined) throw new AuthError('token_invalid', { reason: 'bound_token_without_request' })
    if (confirmation.certificate !== undefined) this.#requireCertificate(confirmation.certificate, arrival)
    if (confirmation.dpopKey === undefined) return undefined
    const proof = this.#verifyProof(confirmation.dpopKey, requireBearer(text), arrival)
    return () => this.#claim(proof, arrival)
  }

  #requireCertificate(expected: string, arrival: ArrivedRequest): void {
    const { settings, place } = this.#parts
    const thumbprint = certificateThumbprint(arrival, place, settings.certificateHeader)
    if (thumbprint === undefined) throw new AuthError('token_invalid', { reason: 'client_certificate_missing' })
    if (!equalText(thumbprint, expected)) throw new AuthError('token_invalid', { reason: 'other_client_certificate' })
  }

  #verifyProof(keyThumbprint: string, accessToken: string, arrival: ArrivedRequest): DpopProof {
    const { settings, place, replica, clockToleranceSeconds } = this.#parts
    const [compact, ...others] = arrival.values('dpop') ?? []
    if (compact === undefined) throw new DpopError('proof_invalid', { reason: 'missing' })
    if (others.length > 0) throw new DpopError('proof_invalid', { reason: 'several' })
    const origin = originOf(arrival, place)
    if (origin === undefined || !arrival.target.startsWith('/')) throw new DpopError('proof_invalid', { reason: 'address_not_known' })
    const nonces = this.#nonces
    const proof = verifyDpopProof(compact, {
      method: arrival.method,
      uri: `${origin.scheme}://${origin.authority}${arrival.target}`,
      now: toEpochSeconds(replica.now()),
      algorithms: settings.algorithms,
      maxAgeSeconds: settings.proofSeconds,
      clockToleranceSeconds,
      accessToken,
      keyThumbprint,
      ...(nonces === undefined ? {} : { isNonce: (nonce: string) => nonces.accepts(nonce) }),
    })
    // Of proofs that were made before that nobody knows whether they were used.
    if (proof.issuedAt < toEpochSeconds(this.#memory.begin())) {
      throw new DpopError('request_expired', { reason: 'proof_from_before_the_start', serverTime: toEpochSeconds(replica.now()) })
    }
    return proof
  }

  async #claim({ keyThumbprint, id, notAfter }: DpopProof, { identity }: ArrivedRequest): Promise<void> {
    const name = `${keyThumbprint}:${id}`
    if (this.#claimed.get(identity) === name) return
    const isFirst = await this.#replay.claim(`dpop:${keyThumbprint}`, id, this.#memory.keptUntil((notAfter + 1) * 1000))
    if (!isFirst) throw new DpopError('request_replayed', { reason: 'proof_used_before' })
    this.#claimed.set(identity, name)
  }
}

function noncesOf({ nonces, proofSeconds }: PossessionSettings, { clock, random }: Platform): DpopNonces | undefined {
  if (nonces === false) return undefined
  const keys = nonces === true ? [random.bytes(KEY_BYTES)] : nonces.keys
  return new DpopNonces({ clock, keys, lifeSeconds: proofSeconds })
}
