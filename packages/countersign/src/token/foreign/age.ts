import { AuthError, type EpochSeconds } from '../../core/index.ts'

/** Two machines, two clocks. */
const SKEW_SECONDS = 60

/** @throws {AuthError} `token_expired` for what is too old; `token_invalid` for what was made in the future. */
export function requireAge(signedAt: EpochSeconds, now: EpochSeconds, maxAgeSeconds: number, skewSeconds: number = SKEW_SECONDS): void {
  if (Number.isNaN(maxAgeSeconds) || maxAgeSeconds < 0) throw new RangeError('maxAgeSeconds must be a number of seconds')
  if (signedAt > now + skewSeconds) throw new AuthError('token_invalid', { reason: 'signed_in_the_future' })
  if (now - signedAt > maxAgeSeconds) throw new AuthError('token_expired')
}
