import type { Position } from 'countersign/revocation'
import type { Session } from '../../session/session.ts'
import type { Issuance } from '../../session/session-store.ts'
import type { Database } from './database.ts'
import { elevatedRoleOf, type ElevatedRoleRow } from './elevation-row.ts'
import { parseList } from './list.ts'
import type { Statement } from './statement.ts'
import { StoredScopesReader } from './stored-scopes.ts'

interface SubjectRow {
  readonly rev: Position
  readonly id: string
  readonly email: string
  readonly name: string | null
  readonly roles: string
  readonly groups: string
}

/**
 * Reads what an access token may be issued from. Head and facts are read in one stretch, inside the unit of work or
 * between two groups: no commit can fall between them.
 */
export class IssuanceReader {
  readonly #subject: Statement<SubjectRow>
  readonly #elevations: Statement<ElevatedRoleRow>
  readonly #storedScopes: StoredScopesReader

  constructor(database: Database) {
    this.#subject = database.statement(`
      SELECT h.position AS rev, u.id, u.email, u.name, u.roles, u.groups
      FROM log_head h, user u WHERE u.id = ? AND u.status = 'active'`)
    this.#elevations = database.statement('SELECT role, ends_at FROM elevation WHERE user_id = ? AND ended_at IS NULL')
    this.#storedScopes = new StoredScopesReader(database)
  }

  /** For a unit of work that has made sure already that the user is active. */
  issue(session: Session): Issuance {
    const issuance = this.issuanceOf(session)
    if (issuance === undefined) throw new Error('the user of a session has gone within one transaction')
    return issuance
  }

  /** @returns undefined when the session's user is gone or not active. */
  issuanceOf(session: Session): Issuance | undefined {
    const row = this.#subject.get(session.user)
    if (row === undefined) return undefined
    const elevations = this.#elevations.all(row.id).map(elevatedRoleOf)
    const roles = parseList(row.roles)
    const storedScopes = this.#storedScopes.of([...roles, ...elevations.map(({ role }) => role)])
    return {
      ...(elevations.length === 0 ? {} : { elevations }),
      ...(storedScopes === undefined ? {} : { storedScopes }),
      rev: row.rev,
      session,
      subject: {
        id: row.id,
        email: row.email,
        name: row.name ?? undefined,
        roles,
        groups: parseList(row.groups),
      },
    }
  }
}
