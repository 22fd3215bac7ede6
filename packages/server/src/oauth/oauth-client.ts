import { AuthError, type EpochMs } from 'countersign/core'

/**
 * `confidential`: runs on a server and keeps a secret. `public`: runs in a browser, keeps none. `native`: an app on a device, which is called
 * back on a loopback port, by a claimed https address, or by a scheme of its own (RFC 8252).
 */
export type ClientKind = 'confidential' | 'public' | 'native'

export const clientKinds: readonly ClientKind[] = ['confidential', 'public', 'native']

export type GrantType = 'authorization_code' | 'refresh_token' | 'client_credentials' | 'urn:ietf:params:oauth:grant-type:device_code'

export const grantTypes: readonly GrantType[] = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:device_code',
]

/** Somebody else's application. */
export interface OAuthClient {
  readonly id: string
  readonly kind: ClientKind
  readonly name: string
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
  readonly grantTypes: readonly GrantType[]
  /** What it may ask for at most. */
  readonly scopes: readonly string[]
  /** Its tokens are bound to a key of its own (RFC 9449). */
  readonly requiresDpop: boolean
  /** Its public keys, when it proves itself by them instead of by a secret (RFC 7523). */
  readonly jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] } | undefined
  readonly secretHash: string | undefined
  readonly formerSecretHash: string | undefined
  readonly formerUntil: EpochMs | undefined
  readonly disabledAt: EpochMs | undefined
  readonly createdAt: EpochMs
}

const PREFIX = 'cli_'

/** By the form of its id alone: such a token is somebody else's application's, never the session's own. */
export const isOAuthClientId = (client: string): boolean => client.startsWith(PREFIX)

const MAXIMUM_URIS = 20
const MAXIMUM_LENGTH = 2048
const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost'])

/**
 * Holds a redirect address against RFC 9700 section 4.1 and RFC 8252: whole, without fragment, https but for loopback.
 *
 * @throws {AuthError} `request_invalid`.
 */
export function requireRedirectUri(uri: string, kind: ClientKind): void {
  const refuse = (problem: string): never => {
    throw new AuthError('request_invalid', { pointer: '/redirect_uris', problem })
  }
  if (uri.length > MAXIMUM_LENGTH || !/^[\x21-\x7e]+$/.test(uri) || uri.includes('*')) refuse('must be whole addresses without wildcards')
  const url = URL.parse(uri)
  if (url === null || uri.includes('#') || url.username !== '' || url.password !== '') return refuse('must be addresses without fragment')
  if (url.protocol === 'https:') return
  if (url.protocol === 'http:') {
    if (!loopback.has(url.hostname)) refuse('must be https, but for loopback')
    return
  }
  // RFC 8252 section 7.1: a scheme under a domain name of its own. What a browser would run is none.
  const isPrivate = /^[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:$/.test(url.protocol)
  if (kind !== 'native' || !isPrivate) refuse('must be https; of native clients also a scheme such as com.example.app:')
}

export function requireRedirectUris(uris: readonly string[], kind: ClientKind): void {
  if (uris.length > MAXIMUM_URIS || new Set(uris).size !== uris.length) {
    throw new AuthError('request_invalid', { pointer: '/redirect_uris', problem: `must be at most ${MAXIMUM_URIS}, each once` })
  }
  for (const uri of uris) requireRedirectUri(uri, kind)
}
