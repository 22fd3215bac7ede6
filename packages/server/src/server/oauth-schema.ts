import * as z from 'zod'
import { type ClientKind, clientKinds, type Grant, type GrantType, grantTypes, type OAuthClient } from '../oauth/index.ts'
import { moment, momentOrNull, type Shown } from './representation.ts'

const uri = z.string().min(1).max(2048)

export interface ClientBody {
  readonly name: string
  readonly kind: ClientKind
  readonly redirect_uris?: readonly string[] | undefined
  readonly post_logout_redirect_uris?: readonly string[] | undefined
  readonly grant_types?: readonly GrantType[] | undefined
  readonly scopes?: readonly string[] | undefined
  readonly requires_dpop?: boolean | undefined
  readonly jwks?: { readonly keys: readonly Record<string, unknown>[] } | undefined
}

export const clientBody: z.ZodType<ClientBody> = z.strictObject({
  name: z.string().min(1).max(100),
  kind: z.enum(clientKinds),
  redirect_uris: z.array(uri).max(20).optional(),
  post_logout_redirect_uris: z.array(uri).max(20).optional(),
  grant_types: z.array(z.enum(grantTypes)).min(1).optional(),
  scopes: z.array(z.string().min(1).max(128)).max(100).optional(),
  requires_dpop: z.boolean().optional(),
  jwks: z.strictObject({ keys: z.array(z.record(z.string(), z.unknown())).min(1).max(10) }).optional(),
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
  has_keys: client.jwks !== undefined,
  disabled_at: momentOrNull(client.disabledAt),
  created_at: moment(client.createdAt),
})

/** What stands in a consent, of all resources. */
interface GrantPayload {
  readonly openid?: { readonly scope?: string }
  readonly resources?: Readonly<Record<string, string>>
}

/** Nothing but the protocol library writes it. */
export function scopesOfGrant({ payload }: Grant): readonly string[] {
  const { openid, resources = {} } = JSON.parse(payload) as GrantPayload
  const texts = [openid?.scope ?? '', ...Object.values(resources)]
  return [...new Set(texts.flatMap((text) => text.split(' ')))].filter((scope) => scope !== '')
}

export const showGrant = (grant: Grant, client: OAuthClient | undefined): Shown => ({
  id: grant.id,
  client: { id: grant.client, name: client?.name ?? grant.client },
  scopes: scopesOfGrant(grant),
  created_at: moment(grant.createdAt),
  changed_at: moment(grant.changedAt),
})
