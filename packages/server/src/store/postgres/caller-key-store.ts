import { AuthError, type EpochMs } from 'countersign/core'
import type { CallerKey, CallerKeyIssuance } from '../../credential/caller-key.ts'
import type { CallerKeyChange, CallerKeyPage, CallerKeyStore } from '../../credential/caller-key-store.ts'
import {
  type CallerKeyIssuanceRow as KeyIssuanceRow,
  type CallerKeyRow,
  callerKeyIssuanceOf,
  callerKeyOf,
  formatSettings,
} from '../sqlite/caller-key-row.ts'
import { addCallerKey, holdOwner } from './caller-key-adding.ts'
import { endCallerKey, tellCallerKeyChange } from './caller-key-ending.ts'
import type { Database } from './database.ts'
import type { LogWriter } from './log-writer.ts'
import { statement } from './statement.ts'
import { storedScopesColumn, storedScopesOf } from './stored-scopes.ts'

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

// Many keys at once are locked by id, here and where they end: so nobody waits in a circle.
const noteUses = statement(
  'note uses of caller keys',
  `
  UPDATE countersign.caller_key SET last_used_at = used.at FROM (
    SELECT k.id, u.at FROM countersign.caller_key k JOIN unnest($1::text[], $2::bigint[]) AS u (id, at) ON u.id = k.id
    WHERE coalesce(k.last_used_at, 0) < u.at ORDER BY k.id FOR NO KEY UPDATE OF k
  ) used
  WHERE caller_key.id = used.id`,
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

  async add(key: CallerKey): Promise<'added' | 'refused'> {
    if (await addCallerKey(this.#database, key)) return 'added'
    if ((await this.find(key.id)) !== undefined) throw new AuthError('conflict', { key: key.id })
    return 'refused'
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
      // The owner before the key, as who adds one takes them.
      const [, replaced] = await Promise.all([holdOwner(unit, successor), unit.change(replace, successor.id, expiresAt, id, at)])
      if (replaced === 0) return 'refused'
      // A refusal here must not leave the key with a successor that is none.
      if (!(await addCallerKey(unit, successor))) throw new AuthError('conflict', { key: id })
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
    await this.#database.change(
      noteUses,
      uses.map(({ id }) => id),
      uses.map(({ at }) => at),
    )
  }
}
