import type { Clock, EpochMs } from '../core/index.ts'
import type { ReplayStore } from '../replay/index.ts'
import type { Replica } from '../revocation/index.ts'

export interface ClaimMemoryParts {
  readonly clock: Clock
  readonly replay: Pick<ReplayStore, 'rememberedSince'>
  readonly replica: Pick<Replica, 'now' | 'signedNow'>
}

/** A clock is believed to be wrong by no more; without the issuer's word claims would otherwise be kept for ever. */
const MOST_AHEAD_MS = 600_000

/**
 * The times of claims. Signatures are held against the issuer's time as the replica knows it, a store counts by the clock of its machine, and
 * the two may be apart, or one of them be set right in between: neither may make a claim end before its signature does.
 */
export class ClaimMemory {
  readonly #parts: ClaimMemoryParts
  /** On the monotonic clock; undefined for a store that forgets nothing. */
  readonly #beganMs: number | undefined

  constructor(parts: ClaimMemoryParts) {
    this.#parts = parts
    const { clock, replay } = parts
    const { rememberedSince } = replay
    this.#beganMs = rememberedSince === undefined ? undefined : clock.monotonicMs() - Math.max(0, clock.now() - rememberedSince)
  }

  /** Since when all that was used is known, by the time that signatures are held against. */
  begin(): EpochMs {
    const { clock, replica } = this.#parts
    return this.#beganMs === undefined ? Number.NEGATIVE_INFINITY : replica.now() - (clock.monotonicMs() - this.#beganMs)
  }

  /**
   * @param until When the signature is over, by the time that signatures are held against.
   * @returns the same for the store: as much later as that time may still be set back, which is to the newest word of the issuer.
   */
  keptUntil(until: EpochMs): EpochMs {
    const { clock, replica } = this.#parts
    return clock.now() + until - Math.max(replica.signedNow, replica.now() - MOST_AHEAD_MS)
  }
}
