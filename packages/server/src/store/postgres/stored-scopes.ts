import type { StoredScopes } from '../../credential/role-scopes.ts'
import { parseList } from '../sqlite/list.ts'

/**
 * The column `stored_scopes`: what roles bring, as `[role, scopes]` of each, in the snapshot of the statement.
 *
 * @param roles The expression of a list of roles, as the tables hold it. @param user That of whose roles for a while count too.
 */
export const storedScopesColumn = (roles: string, user: string | undefined): string => `(
    SELECT json_agg(json_build_array(r.name, r.scope))::text FROM countersign.stored_role r
    WHERE r.name IN (SELECT jsonb_array_elements_text(${roles}::jsonb))${
      user === undefined
        ? ''
        : ` OR r.name IN (SELECT t.role FROM countersign.elevation t WHERE t.user_id = ${user} AND t.ended_at IS NULL)`
    }
  ) AS stored_scopes`

/** Nothing but that column writes this, so the cast holds. */
export function storedScopesOf(text: string | null): StoredScopes | undefined {
  if (text === null) return undefined
  return new Map((JSON.parse(text) as [role: string, scope: string][]).map(([role, scope]) => [role, parseList(scope)]))
}
