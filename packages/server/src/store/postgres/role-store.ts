import type { EpochMs } from 'countersign/core'
import type { RoleStore, ScopeFacts, StoredRole } from '../../credential/role-store.ts'
import { changedScopes, cutOffsOf, NAMED_AT_ONCE } from '../role-change.ts'
import { formatList, parseList } from '../sqlite/list.ts'
import { roleOf, type RoleRow, scopeFactsOf, type ScopeFactsRow } from '../sqlite/role-store.ts'
import type { Database, Unit } from './database.ts'
import type { Appender, LogWriter } from './log-writer.ts'
import { statement } from './statement.ts'
import { storedScopesColumn, storedScopesOf } from './stored-scopes.ts'

interface StoredScopeFactsRow extends ScopeFactsRow {
  readonly stored_scopes: string | null
}

const list = statement<RoleRow>('list roles', 'SELECT * FROM countersign.stored_role ORDER BY name')
const find = statement<RoleRow>('find role', 'SELECT * FROM countersign.stored_role WHERE name = $1')
const count = statement<{ readonly count: number }>('count roles', 'SELECT count(*) AS count FROM countersign.stored_role')
const set = statement(
  'set role',
  `
  INSERT INTO countersign.stored_role (name, scope, changed_at) VALUES ($1, $2, $3)
  ON CONFLICT (name) DO UPDATE SET scope = excluded.scope, changed_at = excluded.changed_at`,
)
const remove = statement('remove role', 'DELETE FROM countersign.stored_role WHERE name = $1')
const listReserved = statement<{ readonly scope: string }>(
  'list reserved scopes',
  'SELECT scope FROM countersign.reserved_scope ORDER BY scope',
)
// In one order, so that two servers that start at once wait for each other and not in a circle.
const reserve = statement(
  'reserve scopes',
  'INSERT INTO countersign.reserved_scope (scope) SELECT unnest($1::text[]) AS scope ORDER BY scope ON CONFLICT DO NOTHING',
)
const isBrought = statement('is scope brought', 'SELECT 1 FROM countersign.stored_role WHERE scope::jsonb ? $1 LIMIT 1')
const release = statement('release scope', 'DELETE FROM countersign.reserved_scope WHERE scope = $1')
// One statement, so that all of it is seen in one snapshot.
const scopeFacts = statement<StoredScopeFactsRow>(
  'scope facts',
  `
  SELECT h.position AS rev, c.settings::jsonb ->> 'scopes' AS scopes, u.roles, ${storedScopesColumn("coalesce(u.roles, '[]')", undefined)}, (
      SELECT json_agg(r.scope)::text FROM countersign.reserved_scope r WHERE c.settings::jsonb -> 'scopes' ? r.scope
    ) AS reserved
  FROM countersign.log_head h, countersign.oauth_client c LEFT JOIN countersign.user_account u ON u.id = $2::text AND u.status = 'active'
  WHERE c.id = $1 AND ($2::text IS NULL OR u.id IS NOT NULL)`,
)
// Nobody makes a key or a client, or gives one more, between the question who is meant and the commit.
const holdClients = statement('hold what lives by roles', 'LOCK TABLE countersign.caller_key, countersign.oauth_client IN SHARE MODE')
const affected = statement<{ readonly id: string }>(
  'what lives by a role',
  `
  SELECT k.id FROM countersign.caller_key k JOIN countersign.user_account u ON k.owner_kind = 'user' AND u.id = k.owner_id
  WHERE (k.expires_at IS NULL OR k.expires_at > $3)
    AND k.settings::jsonb -> 'scope' ?| $2::text[]
    AND (k.parent IS NOT NULL OR jsonb_typeof(k.settings::jsonb -> 'roles') = 'array' AND NOT k.settings::jsonb -> 'roles' ? $1::text)
    AND u.roles::jsonb ? $1::text
  UNION ALL
  SELECT c.id FROM countersign.oauth_client c WHERE c.settings::jsonb -> 'scopes' ?| $2::text[]
  LIMIT ${NAMED_AT_ONCE}`,
)

/** When a commit's outcome is unknown (`unavailable`): `set` and `remove` may be repeated; a second `set` of the same appends nothing. */
export class PostgresRoleStore implements RoleStore {
  readonly #database: Database
  readonly #log: LogWriter

  constructor(database: Database, log: LogWriter) {
    this.#database = database
    this.#log = log
  }

  async list(): Promise<readonly StoredRole[]> {
    return (await this.#database.ask(list)).map(roleOf)
  }

  async reserved(): Promise<readonly string[]> {
    return (await this.#database.ask(listReserved)).map(({ scope }) => scope)
  }

  set({ name, scope, changedAt }: StoredRole, limit: number): Promise<'set' | 'full'> {
    return this.#log.appending(async (unit, log) => {
      const [[before], [roles]] = await Promise.all([unit.ask(find, name), unit.ask(count)])
      if (before === undefined && Number(roles?.count ?? 0) >= limit) return 'full'
      await Promise.all([unit.change(set, name, formatList(scope), changedAt), unit.change(reserve, scope)])
      await tell(unit, log, name, changedScopes(parseList(before?.scope ?? '[]'), scope), changedAt)
      return 'set'
    })
  }

  remove(name: string, at: EpochMs): Promise<boolean> {
    return this.#log.appending(async (unit, log) => {
      const [before] = await unit.ask(find, name)
      if (before === undefined) return false
      await unit.change(remove, name)
      await tell(unit, log, name, parseList(before.scope), at)
      return true
    })
  }

  async reserve(scopes: readonly string[]): Promise<void> {
    await this.#database.change(reserve, scopes)
  }

  release(scope: string): Promise<'released' | 'held' | 'unknown'> {
    // Holds the head, as who sets a role does: one of the two comes first.
    return this.#log.appending(async (unit) => {
      if ((await unit.ask(isBrought, scope)).length > 0) return 'held'
      return (await unit.change(release, scope)) === 0 ? 'unknown' : 'released'
    })
  }

  async scopeFacts(client: string, user: string | undefined): Promise<ScopeFacts | undefined> {
    const [row] = await this.#database.ask(scopeFacts, client, user ?? null)
    return row === undefined ? undefined : scopeFactsOf(row, storedScopesOf(row.stored_scopes))
  }
}

async function tell(unit: Unit, log: Appender, role: string, changed: readonly string[], at: EpochMs): Promise<void> {
  if (changed.length === 0) return
  await unit.change(holdClients)
  const clients = (await unit.ask(affected, role, changed, at)).map(({ id }) => id)
  await Promise.all(cutOffsOf(role, clients, at).map((append) => log.append(append)))
}
