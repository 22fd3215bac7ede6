import { AuthError, type EpochMs } from 'countersign/core'
import type { CallerKey, CallerKeyIssuance } from '../../credential/caller-key.ts'
import type { CallerKeyChange, CallerKeyPage, CallerKeyStore } from '../../credential/caller-key-store.ts'
import {
  type CallerKeyIssuanceRow as KeyIssuanceRow,
  type CallerKeyRow,
  callerKeyColumns,
  callerKeyIssuanceOf,
  callerKeyOf,
  callerKeyValues,
  formatSettings,
} from '../sqlite/caller-key-row.ts'
import { endCallerKey, tellCallerKeyChange } from './caller-key-ending.ts'
import type { Database, Unit } from './database.ts'
import type { LogWriter } from './log-writer.ts'
import { insertInto, statement } from './statement.ts'
import { storedScopesColumn, storedScopesOf } from './stored-scopes.ts'

const insert = statement('insert caller key', `${insertInto('caller_key', callerKeyColumns)} ON CONFLICT DO NOTHING`)
const find = statement<CallerKeyRow>('find caller key', 'SELECT * FROM countersign.caller_key WHERE id = $1')
const findToChange = statement<CallerKeyRow>('find caller key to change', 'SELECT * FROM countersign.caller_key WHERE id = $1 FOR UPDATE')
const list = statement<CallerKeyRow>(
  'list caller keys',
  `
  SELECT * FROM countersign.caller_key WHERE id > $1 AND kind = ANY($2::text[])
    AND ($3::text IS NULL OR (owner_kind = $3 AND owner_id = $4))
  ORDER BY id LIMIT $5`,
)
interface CallerKeyIssuanceRow extends KeyIssuanceRow {
  readonly stored_scopes: string | null
}

const issue = statement<CallerKeyIssuanceRow>(
  'issue caller key',
  `
  SELECT k.*, h.position AS rev, coalesce(u.roles, '[]') AS roles, coalesce(u.groups, '[]') AS groups,
    ${storedScopesColumn("coalesce(u.roles, '[]')", undefined)}
  FROM countersign.log_head h, countersign.caller_key k
  LEFT JOIN countersign.user_account u ON k.owner_kind = 'user' AND u.id = k.owner_id AND u.status = 'active'
  LEFT JOIN countersign.service_credential s ON k.owner_kind = 'service' AND s.id = k.owner_id
  WHERE k.id = $1 AND (k.expires_at IS NULL OR k.expires_at > $2) AND coalesce(u.id, s.id) IS NOT NULL
    AND (k.session_id IS NULL OR EXISTS (
      SELECT 1 FROM countersign.session e WHERE e.id = k.session_id AND e.expires_at > $2 AND e.idle_expires_at > $2))`,
)
/** Held until the commit, so that nothing that the key stands on can go meanwhile. */
const holdUser = statement<{ id: string }>(
  'hold user of caller key',
  "SELECT id FROM countersign.user_account WHERE id = $1 AND status = 'active' FOR SHARE",
)
const holdService = statement<{ id: string }>(
  'hold service of caller key',
  'SELECT id FROM countersign.service_credential WHERE id = $1 FOR SHARE',
)
const holdSession = statement<{ id: string }>(
  'hold session of caller key',
  'SELECT id FROM countersign.session WHERE id = $1 AND expires_at > $2 AND idle_expires_at > $2 FOR SHARE',
)
const holdParent = statement<{ id: string }>(
  'hold parent of caller key',
  'SELECT id FROM countersign.caller_key WHERE id = $1 AND (expires_at IS NULL OR expires_at > $2) FOR SHARE',
)
const replace = statement(
  'replace caller key',
  `
  UPDATE countersign.caller_key SET successor = $1, expires_at = least(coalesce(expires_at, $2), $2)
  WHERE id = $3 AND successor IS NULL AND (expires_at IS NULL OR expires_at > $4)`,
)
const update = statement<CallerKeyRow>(
  'update caller key',
  `
  UPDATE countersign.caller_key SET settings = $1,
    expires_at = CASE WHEN successor IS NULL THEN $2 ELSE least(expires_at, $2) END
  WHERE id = $3 RETURNING *`,
)
const reseal = statement('reseal caller key', 'UPDATE countersign.caller_key SET material = $1 WHERE id = $2 AND material = $3')
const inherit = statement('inherit from caller key', 'UPDATE countersign.caller_key SET parent = $1 WHERE parent = $2')
const dropExpired = statement(
  'drop expired caller keys',
  `
  DELETE FROM countersign.caller_key WHERE id IN (
    SELECT id FROM countersign.caller_key WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
)

const noteUses = statement(
  'note uses of caller keys',
  `
  UPDATE countersign.caller_key SET last_used_at = used.at FROM unnest($1::text[], $2::bigint[]) AS used (id, at)
  WHERE caller_key.id = used.id AND coalesce(last_used_at, 0) < used.at`,
)

/**
 * When a commit's outcome is unknown (`unavailable`): `add` may leave a key whose secret nobody has seen, `replace` may have replaced; a
 * repeated `remove` finds nothing.
 */
export class PostgresCallerKeyStore implements CallerKeyStore {
  readonly #database: Database
  readonly #log: LogWriter

  constructor(database: Database, log: LogWriter) {
    this.#database = database
    this.#log = log
  }

  add(key: CallerKey): Promise<'added' | 'refused'> {
    return this.#database.transaction((unit) => addIn(unit, key))
  }

  async find(id: string): Promise<CallerKey | undefined> {
    const [row] = await this.#database.ask(find, id)
    return row === undefined ? undefined : callerKeyOf(row)
  }

  async list({ owner, kinds, after = '', limit }: CallerKeyPage): Promise<readonly CallerKey[]> {
    return (await this.#database.ask(list, after, kinds, owner?.kind ?? null, owner?.id ?? null, limit)).map(callerKeyOf)
  }

  async issue(id: string, at: EpochMs): Promise<CallerKeyIssuance | undefined> {
    const [row] = await this.#database.ask(issue, id, at)
    return row === undefined ? undefined : callerKeyIssuanceOf(row, storedScopesOf(row.stored_scopes))
  }

  replace(id: string, successor: CallerKey, expiresAt: EpochMs, at: EpochMs): Promise<'replaced' | 'refused'> {
    return this.#log.appending(async (unit, log) => {
      if ((await unit.change(replace, successor.id, expiresAt, id, at)) === 0) return 'refused'
      // A refusal here must not leave the key with a successor that is none.
      if ((await addIn(unit, successor)) === 'refused') throw new AuthError('conflict', { key: id })
      await unit.change(inherit, successor.id, id)
      await log.append({ kind: 'cutoff', target: { kind: 'client', id }, mode: 'soft', at })
      return 'replaced'
    })
  }

  update(id: string, change: CallerKeyChange, at: EpochMs): Promise<CallerKey | undefined> {
    return this.#log.appending(async (unit, log) => {
      const [before] = await unit.ask(findToChange, id)
      if (before === undefined) return undefined
      const { settings, expiresAt } = change(callerKeyOf(before))
      const [row] = await unit.ask(update, formatSettings(settings), expiresAt ?? null, id)
      if (row === undefined) return undefined
      await tellCallerKeyChange(unit, log, id, at)
      return callerKeyOf(row)
    })
  }

  async reseal(id: string, material: string, next: string): Promise<boolean> {
    return (await this.#database.change(reseal, next, id, material)) > 0
  }

  remove(id: string, at: EpochMs): Promise<boolean> {
    return this.#log.appending((unit, log) => endCallerKey(unit, log, id, at))
  }

  dropExpired(at: EpochMs, limit: number): Promise<number> {
    return this.#database.change(dropExpired, at, limit)
  }

  async noteUses(uses: readonly { readonly id: string; readonly at: EpochMs }[]): Promise<void> {
    // In one order, so that two servers that note the same keys wait for each other and not in a circle.
    const sorted = [...uses].sort((a, b) => (a.id < b.id ? -1 : 1))
    await this.#database.change(
      noteUses,
      sorted.map(({ id }) => id),
      sorted.map(({ at }) => at),
    )
  }
}

async function addIn(unit: Unit, key: CallerKey): Promise<'added' | 'refused'> {
  const { owner, session, parent, createdAt } = key
  const held = [await unit.ask(owner.kind === 'user' ? holdUser : holdService, owner.id)]
  if (session !== undefined) held.push(await unit.ask(holdSession, session, createdAt))
  if (parent !== undefined) held.push(await unit.ask(holdParent, parent, createdAt))
  if (held.some((rows) => rows.length === 0)) return 'refused'
  if ((await unit.change(insert, ...callerKeyValues(key))) === 0) throw new AuthError('conflict', { key: key.id })
  return 'added'
}
