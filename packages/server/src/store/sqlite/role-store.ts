import type { EpochMs } from 'countersign/core'
import type { Position } from 'countersign/revocation'
import type { StoredScopes } from '../../credential/role-scopes.ts'
import type { RoleStore, ScopeFacts, StoredRole } from '../../credential/role-store.ts'
import { changedScopes, cutOffsOf, NAMED_AT_ONCE } from '../role-change.ts'
import type { Database } from './database.ts'
import { formatList, parseList } from './list.ts'
import type { LogWriter } from './log-writer.ts'
import type { Statement } from './statement.ts'
import { StoredScopesReader } from './stored-scopes.ts'

export interface RoleRow {
  readonly name: string
  readonly scope: string
  readonly changed_at: EpochMs
}

export const roleOf = ({ name, scope, changed_at: changedAt }: RoleRow): StoredRole => ({ name, scope: parseList(scope), changedAt })

export interface ScopeFactsRow {
  readonly rev: Position
  readonly scopes: string
  readonly reserved: string | null
  readonly roles: string | null
}

export const scopeFactsOf = ({ rev, scopes, reserved, roles }: ScopeFactsRow, stored: StoredScopes | undefined): ScopeFacts => ({
  rev,
  scopes: parseList(scopes),
  reserved: parseList(reserved ?? '[]'),
  roles: roles === null ? undefined : parseList(roles),
  stored,
})

export class SqliteRoleStore implements RoleStore {
  readonly #database: Database
  readonly #log: LogWriter
  readonly #stored: StoredScopesReader
  readonly #list: Statement<RoleRow>
  readonly #find: Statement<RoleRow>
  readonly #count: Statement<{ readonly count: number }>
  readonly #set: Statement
  readonly #remove: Statement
  readonly #reserved: Statement<{ readonly scope: string }>
  readonly #reserve: Statement
  readonly #isBrought: Statement
  readonly #release: Statement
  readonly #scopeFacts: Statement<ScopeFactsRow>
  readonly #affected: Statement<{ readonly id: string }>

  constructor(database: Database, log: LogWriter) {
    this.#database = database
    this.#log = log
    this.#stored = new StoredScopesReader(database)
    this.#list = database.statement('SELECT * FROM stored_role ORDER BY name')
    this.#find = database.statement('SELECT * FROM stored_role WHERE name = ?')
    this.#count = database.statement('SELECT count(*) AS count FROM stored_role')
    this.#set = database.statement(`
      INSERT INTO stored_role (name, scope, changed_at) VALUES (?1, ?2, ?3)
      ON CONFLICT (name) DO UPDATE SET scope = excluded.scope, changed_at = excluded.changed_at`)
    this.#remove = database.statement('DELETE FROM stored_role WHERE name = ?')
    this.#reserved = database.statement('SELECT scope FROM reserved_scope ORDER BY scope')
    this.#reserve = database.statement(
      'INSERT INTO reserved_scope (scope) SELECT value FROM json_each(?) WHERE true ON CONFLICT DO NOTHING',
    )
    this.#isBrought = database.statement('SELECT 1 FROM stored_role, json_each(stored_role.scope) WHERE value = ? LIMIT 1')
    this.#release = database.statement('DELETE FROM reserved_scope WHERE scope = ?')
    this.#scopeFacts = database.statement(`
      SELECT h.position AS rev, c.settings ->> '$.scopes' AS scopes, u.roles,
        (SELECT json_group_array(value) FROM json_each(c.settings, '$.scopes') WHERE value IN (SELECT scope FROM reserved_scope)) AS reserved
      FROM log_head h, oauth_client c LEFT JOIN user u ON u.id = ?2 AND u.status = 'active'
      WHERE c.id = ?1 AND (?2 IS NULL OR u.id IS NOT NULL)`)
    this.#affected = database.statement(`
      SELECT k.id FROM caller_key k JOIN user u ON k.owner_kind = 'user' AND u.id = k.owner_id
      WHERE (k.expires_at IS NULL OR k.expires_at > ?3)
        AND EXISTS (SELECT 1 FROM json_each(k.settings, '$.scope') WHERE value IN (SELECT value FROM json_each(?2)))
        AND (k.parent IS NOT NULL OR json_type(k.settings, '$.roles') = 'array'
          AND NOT EXISTS (SELECT 1 FROM json_each(k.settings, '$.roles') WHERE value = ?1))
        AND EXISTS (SELECT 1 FROM json_each(u.roles) WHERE value = ?1)
      UNION ALL
      SELECT c.id FROM oauth_client c
      WHERE EXISTS (SELECT 1 FROM json_each(c.settings, '$.scopes') WHERE value IN (SELECT value FROM json_each(?2)))
      LIMIT ${NAMED_AT_ONCE}`)
  }

  list(): Promise<readonly StoredRole[]> {
    return this.#database.read(() => this.#list.all().map(roleOf))
  }

  reserved(): Promise<readonly string[]> {
    return this.#database.read(() => this.#reserved.all().map(({ scope }) => scope))
  }

  set({ name, scope, changedAt }: StoredRole, limit: number): Promise<'set' | 'full'> {
    return this.#database.write(() => {
      const before = this.#find.get(name)
      if (before === undefined && (this.#count.get()?.count ?? 0) >= limit) return 'full'
      this.#set.run(name, formatList(scope), changedAt)
      this.#reserve.run(formatList(scope))
      this.#tell(name, changedScopes(parseList(before?.scope ?? '[]'), scope), changedAt)
      return 'set'
    })
  }

  remove(name: string, at: EpochMs): Promise<boolean> {
    return this.#database.write(() => {
      const before = this.#find.get(name)
      if (before === undefined) return false
      this.#remove.run(name)
      this.#tell(name, parseList(before.scope), at)
      return true
    })
  }

  async reserve(scopes: readonly string[]): Promise<void> {
    await this.#database.write(() => this.#reserve.run(formatList(scopes)))
  }

  release(scope: string): Promise<'released' | 'held' | 'unknown'> {
    return this.#database.write(() => {
      if (this.#isBrought.get(scope) !== undefined) return 'held'
      return this.#release.run(scope) === 0 ? 'unknown' : 'released'
    })
  }

  scopeFacts(client: string, user: string | undefined): Promise<ScopeFacts | undefined> {
    return this.#database.read(() => {
      const row = this.#scopeFacts.get(client, user ?? null)
      return row === undefined ? undefined : scopeFactsOf(row, this.#stored.of(parseList(row.roles ?? '[]')))
    })
  }

  #tell(role: string, changed: readonly string[], at: EpochMs): void {
    if (changed.length === 0) return
    const clients = this.#affected.all(role, formatList(changed), at).map(({ id }) => id)
    for (const append of cutOffsOf(role, clients, at)) this.#log.append(append)
  }
}
