import { AuthError } from 'countersign/core'
import type { GrantType } from './oauth-client.ts'

const MAXIMUM_LENGTH = 2048
const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost'])

/**
 * Holds the address where a client is told of the end of sessions against section 2.2 of OpenID Connect Back-Channel Logout 1.0: whole, without fragment,
 * https but for loopback. Whether we may call it is for the guard of outgoing calls to say.
 *
 * @throws {AuthError} `request_invalid`.
 */
export function requireLogoutUri(uri: string, grantTypes: readonly GrantType[]): void {
  const url = uri.length <= MAXIMUM_LENGTH && /^[\x21-\x7e]+$/.test(uri) ? URL.parse(uri) : null
  if (url === null || uri.includes('#') || url.username !== '' || url.password !== '')
    throw logoutUriInvalid('must be an address without fragment')
  const isPlainLoopback = url.protocol === 'http:' && loopback.has(url.hostname)
  if (url.protocol !== 'https:' && !isPlainLoopback) throw logoutUriInvalid('must be https, but for loopback')
  // Nobody signs in to it.
  if (grantTypes.every((grant) => grant === 'client_credentials')) throw logoutUriInvalid('is for clients that people sign in to')
}

export const logoutUriInvalid = (problem: string): AuthError =>
  new AuthError('request_invalid', { pointer: '/backchannel_logout_uri', problem })
