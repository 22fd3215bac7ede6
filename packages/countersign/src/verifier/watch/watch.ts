import type { AuthError } from '../../core/refusal.ts'
import type { Principal } from '../../core/principal.ts'

/** A credential that something lives on: an open socket, a stream. */
export interface Watch {
  /** Who opened it; after a renewal, as the newest token says. */
  readonly principal: Principal
  /** Why it has ended, when it has. Whoever waited for the watch may have got it later than `onEnd` was called. */
  readonly over: AuthError | undefined
  /**
   * Puts a newer token in the place of the one that it lives on. A token that is refused changes nothing.
   *
   * @param token The access token alone, without a scheme.
   * @returns who it speaks for: the same user in the same session.
   * @throws {AuthError} whatever the requirement refuses a request with; `token_invalid` for a token of another user or session; the
   * reason of the end, when it has ended already.
   */
  renew(token: string): Promise<Principal>
  /** What lived on it is gone: the watch ends without a word. Calling it twice does nothing. */
  close(): void
}

/**
 * Hears once why what lives on the credential must end now: `token_revoked`, `token_expired`, `step_up_required`, `revocation_unknown`.
 * Must not throw.
 */
export type WatchEnd = (reason: AuthError) => void
