import { AuthError, type EpochMs } from 'countersign/core'
import type { TlsClientAuth } from './tls-client-auth.ts'

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

/** Pages of the client's own that people are led to, and its logo. Each https. */
export interface ClientLinks {
  readonly clientUri?: string | undefined
  readonly logoUri?: string | undefined
  readonly policyUri?: string | undefined
  readonly tosUri?: string | undefined
}

/** What a client may make of itself that registers by itself. */
export interface RegistrationLimits {
  readonly kinds: readonly ClientKind[]
  readonly grantTypes: readonly GrantType[]
  readonly scopes: readonly string[]
}

/** Of a client that has registered by itself (RFC 7591). */
export interface ClientRegistration {
  /** The one that it was let in by. */
  readonly invitation: string
  /** Hash of its registration access token (RFC 7592). */
  readonly tokenHash: string
  readonly limits: RegistrationLimits
  /** As it has said it would show its secret; any other way is taken as well. */
  readonly authMethod: 'client_secret_basic' | 'client_secret_post'
  /** An operator stands by it. What it changes of itself takes that back. */
  readonly isVerified: boolean
}

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
  /** It pushes what it asks for, so that no browser can change it or read it (RFC 9126). */
  readonly requiresPush: boolean
  /** It signs what it asks for (RFC 9101). */
  readonly requiresSigning: boolean
  /** Its tokens are bound to its certificate (RFC 8705 section 3). */
  readonly requiresCertificate: boolean
  /** It proves itself by a certificate; undefined for who does not. */
  readonly tlsAuth: TlsClientAuth | undefined
  /** Where it is told that a session has ended (OpenID Connect Back-Channel Logout 1.0); undefined for who is not. */
  readonly backchannelLogoutUri: string | undefined
  /** It needs to be told which session. It always is. */
  readonly backchannelLogoutSessionRequired: boolean
  /** Its public keys, when it proves itself by them instead of by a secret (RFC 7523). */
  readonly jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] } | undefined
  readonly links: ClientLinks
  /** Addresses of who looks after it. */
  readonly contacts: readonly string[]
  /** Undefined where an operator has registered it. */
  readonly registration: ClientRegistration | undefined
  /** How often its settings were changed: of two who change them at once one wins. */
  readonly version: number
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
export function requireRedirectUri(uri: string, kind: ClientKind, pointer = '/redirect_uris'): void {
  const refuse = (problem: string): never => {
    throw new AuthError('request_invalid', { pointer, problem })
  }
  if (uri.length > MAXIMUM_LENGTH || !/^[\x21-\x7e]+$/.test(uri) || uri.includes('*')) refuse('must be whole addresses without wildcards')
  const url = URL.parse(uri)
  if (url === null || uri.includes('#') || url.username !== '' || url.password !== '') return refuse('must be addresses without fragment')
  // Parsers let through what is no name (`a;b.example`), and would mean something else in the policy of a page.
  if (/^https?:$/.test(url.protocol) && !/^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/.test(url.hostname)) refuse('must name a host')
  // RFC 8252 section 7.2: an https address is claimed from its owner, and nobody owns loopback.
  if (url.protocol === 'https:' && kind === 'native' && loopback.has(url.hostname)) refuse('must be http for loopback')
  if (url.protocol === 'https:') return
  if (url.protocol === 'http:') {
    if (!loopback.has(url.hostname)) refuse('must be https, but for loopback')
    return
  }
  // RFC 8252 section 7.1: a scheme under a domain name of its own. What a browser would run is none.
  const isPrivate = /^[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:$/.test(url.protocol)
  if (kind !== 'native' || !isPrivate) refuse('must be https; of native clients also a scheme such as com.example.app:')
}

export function requireRedirectUris(uris: readonly string[], kind: ClientKind, pointer = '/redirect_uris'): void {
  if (uris.length > MAXIMUM_URIS || new Set(uris).size !== uris.length) {
    throw new AuthError('request_invalid', { pointer, problem: `must be at most ${MAXIMUM_URIS}, each once` })
  }
  for (const uri of uris) requireRedirectUri(uri, kind, pointer)
}
