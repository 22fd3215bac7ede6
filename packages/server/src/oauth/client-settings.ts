import { AuthError } from 'countersign/core'
import { checkedLinks, hostsOf, requireContacts, requirePublicKeys } from './client-metadata.ts'
import { requireLogoutUri } from './logout-uri.ts'
import {
  type ClientKind,
  type ClientLinks,
  type ClientRegistration,
  type GrantType,
  type OAuthClient,
  requireRedirectUris,
} from './oauth-client.ts'
import { requireTlsClient, type TlsClientAuth } from './tls-client-auth.ts'

export interface ClientRequest {
  readonly name: string
  readonly kind: ClientKind
  readonly redirectUris?: readonly string[] | undefined
  readonly postLogoutRedirectUris?: readonly string[] | undefined
  /** Default: what the kind is for. */
  readonly grantTypes?: readonly GrantType[] | undefined
  readonly scopes?: readonly string[] | undefined
  readonly requiresDpop?: boolean | undefined
  readonly requiresPush?: boolean | undefined
  readonly requiresSigning?: boolean | undefined
  /** Default: of who proves itself by a certificate, unless its tokens are bound to a key. */
  readonly requiresCertificate?: boolean | undefined
  readonly tlsAuth?: TlsClientAuth | undefined
  readonly backchannelLogoutUri?: string | undefined
  readonly backchannelLogoutSessionRequired?: boolean | undefined
  readonly jwks?: OAuthClient['jwks']
  readonly links?: ClientLinks | undefined
  readonly contacts?: readonly string[] | undefined
}

const MAXIMUM_NAME = 100
const MAXIMUM_SCOPES = 100
/** RFC 6749 section 3.3. */
export const scopeToken: RegExp = /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/

const DEVICE: GrantType = 'urn:ietf:params:oauth:grant-type:device_code'

const presets: Readonly<Record<ClientKind, readonly GrantType[]>> = {
  confidential: ['authorization_code', 'refresh_token'],
  public: ['authorization_code', 'refresh_token'],
  native: ['authorization_code', 'refresh_token'],
}

export type ClientSettings = Omit<
  OAuthClient,
  'id' | 'version' | 'secretHash' | 'formerSecretHash' | 'formerUntil' | 'disabledAt' | 'createdAt'
>

/** What a client is registered as. Whatever comes out of it is safe, and works. @throws {AuthError} `request_invalid`. */
export function settingsOf(request: ClientRequest, registration: ClientRegistration | undefined): ClientSettings {
  const {
    kind,
    redirectUris = [],
    postLogoutRedirectUris = [],
    scopes = [],
    jwks,
    requiresDpop = false,
    requiresPush = false,
    requiresSigning = false,
    tlsAuth,
    links = {},
    contacts = [],
  } = request
  const grantTypes = request.grantTypes ?? presets[kind]
  const requiresCertificate = request.requiresCertificate ?? (tlsAuth !== undefined && !requiresDpop)
  requireRedirectUris(redirectUris, kind)
  requireRedirectUris(postLogoutRedirectUris, kind, '/post_logout_redirect_uris')
  requireGrants(kind, grantTypes, redirectUris)
  if (scopes.length > MAXIMUM_SCOPES || !scopes.every((scope) => scopeToken.test(scope))) throw invalid('/scopes', 'must be scopes')
  if (jwks !== undefined && kind !== 'confidential') throw invalid('/jwks', 'are for confidential clients')
  requirePublicKeys(jwks)
  if (requiresSigning && jwks === undefined) throw invalid('/requires_signed_requests', 'needs the keys that it signs with')
  requireTlsClient({ kind, tlsAuth, requiresCertificate, requiresDpop, jwks })
  requireContacts(contacts)
  const { backchannelLogoutUri, backchannelLogoutSessionRequired = false } = request
  if (backchannelLogoutUri !== undefined) requireLogoutUri(backchannelLogoutUri, grantTypes)
  const isAnswered = registration === undefined || registration.isVerified
  return {
    kind,
    name: checkedName(request.name),
    redirectUris,
    postLogoutRedirectUris,
    grantTypes,
    scopes: [...new Set(scopes)],
    requiresDpop,
    requiresPush,
    requiresSigning,
    requiresCertificate,
    tlsAuth,
    backchannelLogoutUri,
    backchannelLogoutSessionRequired,
    jwks,
    links: checkedLinks(links, isAnswered ? undefined : hostsOf(redirectUris)),
    contacts,
    registration,
  }
}

/** Grants that would leave a door open, or lead nowhere. */
function requireGrants(kind: ClientKind, grants: readonly GrantType[], redirectUris: readonly string[]): void {
  const has = (grant: GrantType): boolean => grants.includes(grant)
  if (grants.length === 0) throw invalid('/grant_types', 'must not be empty')
  if (has('client_credentials') && kind !== 'confidential')
    throw invalid('/grant_types', 'allow client_credentials to confidential clients alone')
  if (has('refresh_token') && !has('authorization_code') && !has(DEVICE))
    throw invalid('/grant_types', 'need one that refresh_token goes back to')
  if (has('authorization_code') && redirectUris.length === 0) throw invalid('/redirect_uris', 'must not be empty')
  if (!has('authorization_code') && redirectUris.length > 0) throw invalid('/redirect_uris', 'are for authorization_code')
}

function checkedName(name: string): string {
  const trimmed = name.trim()
  const isLong = trimmed.length > MAXIMUM_NAME
  const isBroken = !trimmed.isWellFormed() || /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(trimmed)
  // Spaces, and what takes no room: people would be asked by nobody.
  const isUnseen = /^[\p{Default_Ignorable_Code_Point}\p{White_Space}\u2800]*$/u.test(trimmed)
  if (isLong || isBroken || isUnseen) throw invalid('/name', `must have 1 to ${MAXIMUM_NAME} printable characters`)
  return trimmed
}

const invalid = (pointer: string, problem: string): AuthError => new AuthError('request_invalid', { pointer, problem })
