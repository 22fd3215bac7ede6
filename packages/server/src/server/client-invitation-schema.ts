import * as z from 'zod'
import { type ClientInvitation, type ClientKind, clientKinds, type GrantType, grantTypes } from '../oauth/index.ts'
import { moment, type Shown } from './representation.ts'

export interface InvitationBody {
  readonly uses?: number | undefined
  readonly expires_at?: string | undefined
  readonly kinds?: readonly ClientKind[] | undefined
  readonly grant_types?: readonly GrantType[] | undefined
  readonly scopes?: readonly string[] | undefined
}

export const invitationBody: z.ZodType<InvitationBody> = z.strictObject({
  uses: z.int().min(1).max(10_000).optional(),
  expires_at: z.iso.datetime().optional(),
  kinds: z.array(z.enum(clientKinds)).min(1).max(3).optional(),
  grant_types: z.array(z.enum(grantTypes)).min(1).max(4).optional(),
  scopes: z.array(z.string().min(1).max(128)).max(100).optional(),
})

const members = {
  id: z.string(),
  kinds: z.array(z.enum(clientKinds)),
  grant_types: z.array(z.enum(grantTypes)),
  scopes: z.array(z.string()),
  uses_left: z.int(),
  created_at: z.string(),
  expires_at: z.string(),
}

export const invitationSchema: z.ZodType = z.strictObject(members)
export const issuedInvitationSchema: z.ZodType = z.strictObject({ ...members, initial_access_token: z.string() })

export const showInvitation = ({ id, limits, usesLeft, createdAt, expiresAt }: ClientInvitation): Shown => ({
  id,
  kinds: limits.kinds,
  grant_types: limits.grantTypes,
  scopes: limits.scopes,
  uses_left: usesLeft,
  created_at: moment(createdAt),
  expires_at: moment(expiresAt),
})
