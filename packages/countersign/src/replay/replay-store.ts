import type { EpochMs } from '../core/platform.ts'

/** Once means once (DESIGN 7): the one primitive behind nonces, one-time links and every other single-use item. */
export interface ReplayStore {
  /** Of a store that forgets with its process: what was claimed before this moment is not known. Undefined: nothing was forgotten. */
  readonly rememberedSince?: EpochMs
  /**
   * Claims `(scope, id)`.
   *
   * @param expiresAt Until when, at least, a second claim is refused.
   * @returns `true` for exactly one caller, however many ask at once.
   * @throws {AuthError} `overloaded` when a bounded store is full: it refuses new work and never forgets early.
   */
  claim(scope: string, id: string, expiresAt: EpochMs): Promise<boolean>
}
