import type { FederatedIdentity } from '../../account/federation/federation-store.ts'

export interface FederatedIdentityRow {
  readonly id: string
  readonly issuer: string
  readonly subject: string
  readonly user_id: string
  readonly email: string | null
  readonly linked_at: number
  readonly last_used_at: number | null
}

export const identityOf = (row: FederatedIdentityRow): FederatedIdentity => ({
  id: row.id,
  issuer: row.issuer,
  subject: row.subject,
  user: row.user_id,
  email: row.email ?? undefined,
  linkedAt: row.linked_at,
  lastUsedAt: row.last_used_at ?? undefined,
})

/** The user's first: the statements that insert look for it. */
export const identityValues = (identity: FederatedIdentity): readonly [string, string, string, string, string | null, number] => [
  identity.user,
  identity.id,
  identity.issuer,
  identity.subject,
  identity.email ?? null,
  identity.linkedAt,
]
