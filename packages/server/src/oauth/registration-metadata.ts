import { AuthError } from 'countersign/core'
import type { ClientRequest } from './client-settings.ts'
import {
  type ClientKind,
  type ClientRegistration,
  type GrantType,
  grantTypes,
  type OAuthClient,
  type RegistrationLimits,
} from './oauth-client.ts'

/** What a client says of itself, by the names of RFC 7591 section 2. What is not named here is passed over, as the RFC wants. */
export interface ClientMetadata {
  readonly redirect_uris?: readonly string[] | undefined
  readonly token_endpoint_auth_method?: string | undefined
  readonly grant_types?: readonly string[] | undefined
  readonly response_types?: readonly string[] | undefined
  readonly application_type?: string | undefined
  readonly client_name?: string | undefined
  readonly client_uri?: string | undefined
  readonly logo_uri?: string | undefined
  readonly policy_uri?: string | undefined
  readonly tos_uri?: string | undefined
  readonly contacts?: readonly string[] | undefined
  readonly scope?: string | undefined
  readonly jwks?: OAuthClient['jwks']
  readonly jwks_uri?: string | undefined
  readonly post_logout_redirect_uris?: readonly string[] | undefined
  readonly dpop_bound_access_tokens?: boolean | undefined
  readonly require_pushed_authorization_requests?: boolean | undefined
  readonly require_signed_request_object?: boolean | undefined
  readonly tls_client_certificate_bound_access_tokens?: boolean | undefined
  readonly backchannel_logout_uri?: string | undefined
  readonly backchannel_logout_session_required?: boolean | undefined
  readonly subject_type?: string | undefined
  readonly id_token_signed_response_alg?: string | undefined
  readonly software_statement?: string | undefined
}

/** What was asked for, as we have it. */
export interface RegistrationRequest {
  readonly client: ClientRequest
  readonly authMethod: ClientRegistration['authMethod']
}

const invalid = (pointer: string, problem: string): AuthError => new AuthError('request_invalid', { pointer, problem })

/**
 * Reads what a client says of itself, and holds it against what it may be. What nobody here would do is refused rather than passed over: the
 * client would rely on it.
 *
 * @throws {AuthError} `request_invalid`, with the member that is wrong.
 */
export function registrationRequest(metadata: ClientMetadata, limits: RegistrationLimits, algorithm: string): RegistrationRequest {
  requireKnown(metadata, algorithm)
  const method = metadata.token_endpoint_auth_method ?? 'client_secret_basic'
  const kind = kindOf(metadata, method)
  const grants = grantsOf(metadata)
  if (!limits.kinds.includes(kind))
    throw invalid('/token_endpoint_auth_method', `would make it a ${kind} client, which this token does not allow`)
  if (!grants.every((grant) => limits.grantTypes.includes(grant))) throw invalid('/grant_types', 'has one that this token does not allow')
  const { redirect_uris: redirectUris = [], jwks } = metadata
  requireOwnHost(metadata)
  if (method === 'private_key_jwt' && jwks === undefined) throw invalid('/jwks', 'is needed for private_key_jwt')
  if (method !== 'private_key_jwt' && jwks !== undefined) throw invalid('/jwks', 'is for private_key_jwt')
  return {
    client: {
      name: metadata.client_name ?? defaultName(redirectUris),
      kind,
      redirectUris,
      postLogoutRedirectUris: metadata.post_logout_redirect_uris ?? [],
      grantTypes: grants,
      scopes: scopesOf(metadata, limits),
      requiresDpop: metadata.dpop_bound_access_tokens ?? false,
      requiresPush: metadata.require_pushed_authorization_requests ?? false,
      requiresSigning: metadata.require_signed_request_object ?? false,
      requiresCertificate: metadata.tls_client_certificate_bound_access_tokens ?? false,
      backchannelLogoutUri: metadata.backchannel_logout_uri,
      backchannelLogoutSessionRequired: metadata.backchannel_logout_session_required,
      jwks,
      links: linksOf(metadata),
      contacts: metadata.contacts ?? [],
    },
    authMethod: method === 'client_secret_post' ? method : 'client_secret_basic',
  }
}

function requireKnown(metadata: ClientMetadata, algorithm: string): void {
  const { software_statement, jwks_uri, subject_type, id_token_signed_response_alg: alg } = metadata
  if (software_statement !== undefined) throw invalid('/software_statement', 'is of nobody who is trusted here')
  // Whoever registers would name addresses that we then call on each of their requests.
  if (jwks_uri !== undefined) throw invalid('/jwks_uri', 'is not fetched: give jwks')
  if (subject_type !== undefined && subject_type !== 'public') throw invalid('/subject_type', 'must be public')
  if (alg !== undefined && alg !== algorithm) throw invalid('/id_token_signed_response_alg', `must be ${algorithm}`)
}

/** Behind an app's own scheme may stand what looks like a host; whose it is, nobody says. */
function onNet(uri: string): URL | undefined {
  const url = URL.parse(uri)
  return url !== null && /^https?:$/.test(url.protocol) ? url : undefined
}

/** We call it whenever somebody signs out: it is where the client is called back, and not at anybody else's. */
function requireOwnHost({ backchannel_logout_uri: uri, redirect_uris: redirectUris = [] }: ClientMetadata): void {
  const host = uri === undefined ? undefined : URL.parse(uri)?.hostname
  if (uri !== undefined && !redirectUris.some((each) => onNet(each)?.hostname === host)) {
    throw invalid('/backchannel_logout_uri', 'must be on the host of a redirect address')
  }
}

/** By how it proves itself: whoever keeps no secret is called back on a page, or on a device. */
function kindOf({ application_type: type = 'web' }: ClientMetadata, method: string): ClientKind {
  if (type !== 'web' && type !== 'native') throw invalid('/application_type', 'must be web or native')
  switch (method) {
    case 'none':
      return type === 'native' ? 'native' : 'public'
    case 'client_secret_basic':
    case 'client_secret_post':
    case 'private_key_jwt':
      // RFC 8252 section 8.4: a secret that is in every copy of an app is none.
      if (type === 'native') throw invalid('/token_endpoint_auth_method', 'must be none for native applications')
      return 'confidential'
    default:
      throw invalid('/token_endpoint_auth_method', 'must be client_secret_basic, client_secret_post, private_key_jwt or none')
  }
}

const isGrant = (text: string): text is GrantType => grantTypes.some((grant) => grant === text)

function grantsOf({ grant_types: asked = ['authorization_code'], response_types: responses }: ClientMetadata): readonly GrantType[] {
  const grants = asked.filter(isGrant)
  if (grants.length < asked.length) throw invalid('/grant_types', 'has one that is not there')
  const expected = grants.includes('authorization_code') ? ['code'] : []
  if (responses !== undefined && responses.join() !== expected.join()) {
    throw invalid('/response_types', 'must be code with the grant type authorization_code, and empty without it')
  }
  return [...new Set(grants)]
}

/** Left out, everything that it may ask for. Those of OpenID Connect everybody may. */
function scopesOf({ scope }: ClientMetadata, { scopes }: RegistrationLimits): readonly string[] {
  if (scope === undefined) return scopes
  const asked = scope.split(' ').filter((each) => each !== '' && !openIdScopes.includes(each))
  if (!asked.every((each) => scopes.includes(each))) throw invalid('/scope', 'has one that this token does not allow')
  return asked
}

const openIdScopes: readonly string[] = ['openid', 'profile', 'email', 'offline_access']

const linksOf = (metadata: ClientMetadata): ClientRequest['links'] => ({
  clientUri: metadata.client_uri,
  logoUri: metadata.logo_uri,
  policyUri: metadata.policy_uri,
  tosUri: metadata.tos_uri,
})

/** People are told where it leads; that is its name until it has a better one. */
const defaultName = ([first = '']: readonly string[]): string => onNet(first)?.host.slice(0, 100) ?? 'Application'

/** A client as it is told what it is registered as (RFC 7591 section 3.2.1), without its secrets. */
export function shownMetadata(client: OAuthClient, algorithm: string): Readonly<Record<string, unknown>> {
  const { kind, jwks, links, grantTypes: grants, redirectUris, registration } = client
  const method = kind !== 'confidential' ? 'none' : jwks !== undefined ? 'private_key_jwt' : registration?.authMethod
  const asksPeople = grants.some((grant) => grant !== 'client_credentials')
  const said = {
    client_id: client.id,
    client_id_issued_at: Math.floor(client.createdAt / 1000),
    client_name: client.name,
    application_type: kind === 'native' ? 'native' : 'web',
    token_endpoint_auth_method: method,
    redirect_uris: redirectUris,
    grant_types: grants,
    response_types: grants.includes('authorization_code') ? ['code'] : [],
    scope: [...(asksPeople ? openIdScopes : []), ...client.scopes].join(' '),
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    dpop_bound_access_tokens: client.requiresDpop,
    require_pushed_authorization_requests: client.requiresPush,
    require_signed_request_object: client.requiresSigning,
    tls_client_certificate_bound_access_tokens: client.requiresCertificate,
    backchannel_logout_uri: client.backchannelLogoutUri,
    backchannel_logout_session_required: client.backchannelLogoutSessionRequired,
    id_token_signed_response_alg: algorithm,
    subject_type: 'public',
    contacts: client.contacts,
    client_uri: links.clientUri,
    logo_uri: links.logoUri,
    policy_uri: links.policyUri,
    tos_uri: links.tosUri,
    jwks,
  }
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
}
