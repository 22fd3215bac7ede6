import { AuthError } from '../core/index.ts'

/** The longest message that is looked at: the longest token, and room for what stands around it. */
export const MAX_RENEWAL_LENGTH: number = 8192 + 256

/**
 * The token of a renewal: `{ "access_token": "…" }`. Whether it is any good is for the watch to say.
 *
 * @throws {AuthError} `credential_malformed`.
 */
export function tokenOfRenewal(message: unknown): string {
  if (typeof message === 'object' && message !== null && 'access_token' in message && typeof message.access_token === 'string') {
    return message.access_token
  }
  throw new AuthError('credential_malformed', { reason: 'renewal_without_token' })
}
