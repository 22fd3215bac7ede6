import type { StoredScopes } from '../../credential/index.ts'
import type { RefreshFacts } from '../../oauth/oauth-store.ts'
import { clientOf, type ClientRow } from './oauth-row.ts'
import { scopeFactsOf, type ScopeFactsRow } from './role-store.ts'
import type { UserRow } from './user-row.ts'

/** The client's columns, and beside them what is named here. */
export type RefreshRow = ClientRow &
  Pick<ScopeFactsRow, 'rev' | 'reserved'> &
  Pick<UserRow, 'email' | 'email_verified_at' | 'name' | 'updated_at' | 'roles'> & {
    readonly artifact: string
    readonly grant_id: string
    readonly consent: string
    readonly user_id: string
  }

export const refreshColumns = `h.position AS rev, c.*, a.payload AS artifact, g.id AS grant_id, g.payload AS consent,
  u.id AS user_id, u.email, u.email_verified_at, u.name, u.updated_at, u.roles`

export function refreshFactsOf(row: RefreshRow, stored: StoredScopes | undefined): RefreshFacts {
  const client = clientOf(row)
  const { user_id: id, email, email_verified_at: verifiedAt, name, updated_at: updatedAt } = row
  return {
    client,
    payload: row.artifact,
    grant: { id: row.grant_id, payload: row.consent },
    person: { id, email, emailVerifiedAt: verifiedAt ?? undefined, name: name ?? undefined, updatedAt },
    scopes: { ...scopeFactsOf({ ...row, scopes: '[]' }, stored), scopes: client.scopes },
  }
}
