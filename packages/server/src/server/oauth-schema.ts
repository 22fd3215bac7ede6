import * as z from 'zod'
import { type ClientKind, clientKinds, type Grant, type GrantType, grantTypes, type OAuthClient, scopesOfClaims } from '../oauth/index.ts'
import { type ClientPagesBody, clientPagesBody, clientPagesMembers, showClientPages } from './client-pages-schema.ts'
import { type MutualTlsBody, mutualTlsBody, mutualTlsMembers, showMutualTls } from './mutual-tls-schema.ts'
import { moment, momentOrNull, type Shown } from './representation.ts'

const uri = z.string().min(1).max(2048)

interface ClientSettingsBody extends ClientPagesBody {
  readonly redirect_uris?: readonly string[] | undefined
  readonly post_logout_redirect_uris?: readonly string[] | undefined
  readonly grant_types?: readonly GrantType[] | undefined
  readonly scopes?: readonly string[] | undefined
  readonly requires_dpop?: boolean | undefined
  readonly requires_pushed_requests?: boolean | undefined
  readonly requires_signed_requests?: boolean | undefined
  readonly backchannel_logout_session_required?: boolean | undefined
  readonly jwks?: { readonly keys: readonly Record<string, unknown>[] } | undefined
}

export interface ClientBody extends MutualTlsBody, ClientSettingsBody {
  readonly name: string
  readonly kind: ClientKind
  readonly backchannel_logout_uri?: string | undefined
}

/** What is left out stays as it is. */
export interface ClientChangeBody extends Pick<MutualTlsBody, 'tls_client_certificate_bound_access_tokens'>, ClientSettingsBody {
  readonly name?: string | undefined
  readonly backchannel_logout_uri?: string | null | undefined
  readonly disabled?: boolean | undefined
  readonly verified?: boolean | undefined
}

const name = z.string().min(1).max(100)

const settings = {
  redirect_uris: z.array(uri).max(20).optional(),
  post_logout_redirect_uris: z.array(uri).max(20).optional(),
  grant_types: z.array(z.enum(grantTypes)).min(1).optional(),
  scopes: z.array(z.string().min(1).max(128)).max(100).optional(),
  requires_dpop: z.boolean().optional(),
  requires_pushed_requests: z.boolean().optional(),
  requires_signed_requests: z.boolean().optional(),
  ...clientPagesBody,
  backchannel_logout_session_required: z.boolean().optional(),
  jwks: z.strictObject({ keys: z.array(z.record(z.string(), z.unknown())).min(1).max(10) }).optional(),
}

export const clientBody: z.ZodType<ClientBody> = z.strictObject({
  name,
  kind: z.enum(clientKinds),
  ...settings,
  ...mutualTlsBody,
  /** Where the client is told of the end of sessions (OpenID Connect Back-Channel Logout 1.0). */
  backchannel_logout_uri: uri.optional(),
})

export const clientChangeBody: z.ZodType<ClientChangeBody> = z.strictObject({
  name: name.optional(),
  ...settings,
  tls_client_certificate_bound_access_tokens: mutualTlsBody.tls_client_certificate_bound_access_tokens,
  backchannel_logout_uri: uri.nullable().optional(),
  disabled: z.boolean().optional(),
  verified: z.boolean().optional(),
})

const clientMembers = {
  id: z.string(),
  name: z.string(),
  kind: z.enum(clientKinds),
  redirect_uris: z.array(z.string()),
  post_logout_redirect_uris: z.array(z.string()),
  grant_types: z.array(z.enum(grantTypes)),
  scopes: z.array(z.string()),
  requires_dpop: z.boolean(),
  requires_pushed_requests: z.boolean(),
  requires_signed_requests: z.boolean(),
  ...mutualTlsMembers,
  ...clientPagesMembers,
  backchannel_logout_uri: z.string().nullable(),
  backchannel_logout_session_required: z.boolean(),
  has_keys: z.boolean(),
  disabled_at: z.string().nullable(),
  created_at: z.string(),
}

export const clientSchema: z.ZodType = z.strictObject(clientMembers)
export const issuedClientSchema: z.ZodType = z.strictObject({ ...clientMembers, secret: z.string().optional() })

export const grantSchema: z.ZodType = z.strictObject({
  id: z.string(),
  client: z.strictObject({ id: z.string(), name: z.string() }),
  scopes: z.array(z.string()),
  created_at: z.string(),
  changed_at: z.string(),
})

export const showClient = (client: OAuthClient): Shown => ({
  id: client.id,
  name: client.name,
  kind: client.kind,
  redirect_uris: client.redirectUris,
  post_logout_redirect_uris: client.postLogoutRedirectUris,
  grant_types: client.grantTypes,
  scopes: client.scopes,
  requires_dpop: client.requiresDpop,
  requires_pushed_requests: client.requiresPush,
  requires_signed_requests: client.requiresSigning,
  ...showMutualTls(client),
  ...showClientPages(client),
  backchannel_logout_uri: client.backchannelLogoutUri ?? null,
  backchannel_logout_session_required: client.backchannelLogoutSessionRequired,
  has_keys: client.jwks !== undefined,
  disabled_at: momentOrNull(client.disabledAt),
  created_at: moment(client.createdAt),
})

/** What stands in a consent, of all resources. */
interface GrantPayload {
  readonly openid?: { readonly scope?: string; readonly claims?: readonly string[] }
  readonly resources?: Readonly<Record<string, string>>
}

/** What was allowed, as scopes: single claims are the scope that would give them. Nothing but the protocol library writes it. */
export function scopesOfGrant({ payload }: Grant): readonly string[] {
  const { openid, resources = {} } = JSON.parse(payload) as GrantPayload
  const texts = [openid?.scope ?? '', ...scopesOfClaims(openid?.claims ?? []), ...Object.values(resources)]
  return [...new Set(texts.flatMap((text) => text.split(' ')))].filter((scope) => scope !== '')
}

export const showGrant = (grant: Grant, client: OAuthClient | undefined): Shown => ({
  id: grant.id,
  client: { id: grant.client, name: client?.name ?? grant.client },
  scopes: scopesOfGrant(grant),
  created_at: moment(grant.createdAt),
  changed_at: moment(grant.changedAt),
})
