import type { EpochMs } from 'countersign/core'
import type { Position } from 'countersign/revocation'
import type { ElevatedRole, Issuance } from '../../session/session-store.ts'
import { parseList } from '../sqlite/list.ts'
import { type SessionRow, sessionOf } from '../sqlite/session-row.ts'
import { storedScopesColumn, storedScopesOf } from './stored-scopes.ts'

/** A session beside the facts about its user and the head of the log. */
export interface IssuanceRow extends SessionRow {
  readonly rev: Position
  readonly email: string
  readonly subject_name: string | null
  readonly roles: string
  readonly groups: string
  /** `[role, end]` of each that stands. */
  readonly elevations: string | null
  readonly stored_scopes: string | null
}

/** The columns of an `IssuanceRow`, from a session `s`, its user `u` and the head `h`. */
export const issuanceColumns: string = `s.*, h.position AS rev, u.email, u.name AS subject_name, u.roles, u.groups, (
    SELECT json_agg(json_build_array(e.role, e.ends_at))::text FROM countersign.elevation e WHERE e.user_id = u.id AND e.ended_at IS NULL
  ) AS elevations, ${storedScopesColumn('u.roles', 'u.id')}`

/**
 * What a token may be issued from. Every statement that yields these rows takes head, session and user in one snapshot, or the
 * session or user younger than that because it locks them: `rev` never claims more than the facts have seen.
 */
export function issuanceOf(row: IssuanceRow): Issuance {
  const storedScopes = storedScopesOf(row.stored_scopes)
  return {
    rev: row.rev,
    session: sessionOf(row),
    subject: {
      id: row.user_id,
      email: row.email,
      name: row.subject_name ?? undefined,
      roles: parseList(row.roles),
      groups: parseList(row.groups),
    },
    ...(row.elevations === null ? {} : { elevations: elevatedRoles(row.elevations) }),
    ...(storedScopes === undefined ? {} : { storedScopes }),
  }
}

/** Nothing but `issuanceColumns` writes this, so the cast holds. */
const elevatedRoles = (text: string): readonly ElevatedRole[] =>
  (JSON.parse(text) as [role: string, endsAt: EpochMs][]).map(([role, endsAt]) => ({ role, endsAt }))
