import { AuthError, type EpochMs } from 'countersign/core'
import type { CallerKey, CallerKeyIssuance } from '../../credential/caller-key.ts'
import type { CallerKeyChange, CallerKeyPage, CallerKeyStore } from '../../credential/caller-key-store.ts'
import {
  type CallerKeyIssuanceRow,
  type CallerKeyRow,
  callerKeyColumns,
  callerKeyIssuanceOf,
  callerKeyOf,
  callerKeyValues,
  formatSettings,
} from './caller-key-row.ts'
import type { CallerKeyEnding } from './caller-key-ending.ts'
import type { Database } from './database.ts'
import { parseList } from './list.ts'
import type { LogWriter } from './log-writer.ts'
import type { Statement } from './statement.ts'
import { StoredScopesReader } from './stored-scopes.ts'

export class SqliteCallerKeyStore implements CallerKeyStore {
  readonly #database: Database
  readonly #log: LogWriter
  readonly #ending: CallerKeyEnding
  readonly #insert: Statement
  readonly #find: Statement<CallerKeyRow>
  readonly #list: Statement<CallerKeyRow>
  readonly #issue: Statement<CallerKeyIssuanceRow>
  readonly #stands: Statement<{ readonly stands: number }>
  readonly #replace: Statement
  readonly #inherit: Statement
  readonly #update: Statement<CallerKeyRow>
  readonly #reseal: Statement
  readonly #dropExpired: Statement
  readonly #noteUses: Statement
  readonly #storedScopes: StoredScopesReader

  constructor(database: Database, log: LogWriter, ending: CallerKeyEnding) {
    this.#database = database
    this.#log = log
    this.#ending = ending
    this.#storedScopes = new StoredScopesReader(database)
    const places = callerKeyColumns.map(() => '?').join(', ')
    this.#insert = database.statement(`INSERT INTO caller_key (${callerKeyColumns.join(', ')}) VALUES (${places}) ON CONFLICT DO NOTHING`)
    this.#find = database.statement('SELECT * FROM caller_key WHERE id = ?')
    this.#list = database.statement(`
      SELECT * FROM caller_key WHERE id > ?1 AND kind IN (SELECT value FROM json_each(?2))
        AND (?3 IS NULL OR (owner_kind = ?3 AND owner_id = ?4))
      ORDER BY id LIMIT ?5`)
    this.#issue = database.statement(`
      SELECT k.*, h.position AS rev, coalesce(u.roles, '[]') AS roles, coalesce(u.groups, '[]') AS groups
      FROM log_head h, caller_key k
      LEFT JOIN user u ON k.owner_kind = 'user' AND u.id = k.owner_id AND u.status = 'active'
      LEFT JOIN service_credential s ON k.owner_kind = 'service' AND s.id = k.owner_id
      WHERE k.id = ?1 AND (k.expires_at IS NULL OR k.expires_at > ?2) AND coalesce(u.id, s.id) IS NOT NULL
        AND (k.session_id IS NULL OR EXISTS (
          SELECT 1 FROM session WHERE session.id = k.session_id AND expires_at > ?2 AND idle_expires_at > ?2))`)
    this.#stands = database.statement(`
      SELECT (CASE ?1 WHEN 'user' THEN EXISTS (SELECT 1 FROM user WHERE id = ?2 AND status = 'active')
                      ELSE EXISTS (SELECT 1 FROM service_credential WHERE id = ?2) END)
        AND (?3 IS NULL OR EXISTS (SELECT 1 FROM session WHERE id = ?3 AND expires_at > ?5 AND idle_expires_at > ?5))
        AND (?4 IS NULL OR EXISTS (SELECT 1 FROM caller_key WHERE id = ?4 AND (expires_at IS NULL OR expires_at > ?5))) AS stands`)
    this.#replace = database.statement(`
      UPDATE caller_key SET successor = ?1, expires_at = min(coalesce(expires_at, ?2), ?2)
      WHERE id = ?3 AND successor IS NULL AND (expires_at IS NULL OR expires_at > ?4)`)
    this.#inherit = database.statement('UPDATE caller_key SET parent = ? WHERE parent = ?')
    this.#update = database.statement(`
      UPDATE caller_key SET settings = ?1,
        expires_at = CASE WHEN successor IS NULL THEN ?2 ELSE min(expires_at, coalesce(?2, expires_at)) END
      WHERE id = ?3 RETURNING *`)
    this.#reseal = database.statement('UPDATE caller_key SET material = ?1 WHERE id = ?2 AND material = ?3')
    this.#dropExpired = database.statement(`
      DELETE FROM caller_key WHERE id IN (SELECT id FROM caller_key WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`)
    this.#noteUses = database.statement(`
      UPDATE caller_key SET last_used_at = used.at
      FROM (SELECT value ->> 'id' AS id, value ->> 'at' AS at FROM json_each(?)) AS used
      WHERE caller_key.id = used.id AND coalesce(last_used_at, 0) < used.at`)
  }

  add(key: CallerKey): Promise<'added' | 'refused'> {
    return this.#database.write(() => this.#add(key))
  }

  find(id: string): Promise<CallerKey | undefined> {
    return this.#database.read(() => found(this.#find.get(id)))
  }

  list({ owner, kinds, after = '', limit }: CallerKeyPage): Promise<readonly CallerKey[]> {
    return this.#database.read(() =>
      this.#list.all(after, JSON.stringify(kinds), owner?.kind ?? null, owner?.id ?? null, limit).map(callerKeyOf),
    )
  }

  issue(id: string, at: EpochMs): Promise<CallerKeyIssuance | undefined> {
    return this.#database.read(() => {
      const row = this.#issue.get(id, at)
      return row === undefined ? undefined : callerKeyIssuanceOf(row, this.#storedScopes.of(parseList(row.roles)))
    })
  }

  replace(id: string, successor: CallerKey, expiresAt: EpochMs, at: EpochMs): Promise<'replaced' | 'refused'> {
    return this.#database.write(() => {
      if (this.#replace.run(successor.id, expiresAt, id, at) === 0) return 'refused'
      // A refusal here must not leave the key with a successor that is none.
      if (this.#add(successor) === 'refused') throw new AuthError('conflict', { key: id })
      this.#inherit.run(successor.id, id)
      // Verifiers learn of the successor and of the end.
      this.#log.append({ kind: 'cutoff', target: { kind: 'client', id }, mode: 'soft', at })
      return 'replaced'
    })
  }

  update(id: string, change: CallerKeyChange, at: EpochMs): Promise<CallerKey | undefined> {
    return this.#database.write(() => {
      const key = found(this.#find.get(id))
      if (key === undefined) return undefined
      const { settings, expiresAt } = change(key)
      this.#ending.tellChange(id, at)
      return found(this.#update.get(formatSettings(settings), expiresAt ?? null, id))
    })
  }

  reseal(id: string, material: string, next: string): Promise<boolean> {
    return this.#database.write(() => this.#reseal.run(next, id, material) > 0)
  }

  remove(id: string, at: EpochMs): Promise<boolean> {
    return this.#database.write(() => this.#ending.endOne(id, at))
  }

  dropExpired(at: EpochMs, limit: number): Promise<number> {
    return this.#database.write(() => this.#dropExpired.run(at, limit))
  }

  async noteUses(uses: readonly { readonly id: string; readonly at: EpochMs }[]): Promise<void> {
    await this.#database.write(() => this.#noteUses.run(JSON.stringify(uses)))
  }

  #add(key: CallerKey): 'added' | 'refused' {
    const { owner, session, parent, createdAt } = key
    const { stands } = this.#stands.get(owner.kind, owner.id, session ?? null, parent ?? null, createdAt) ?? { stands: 0 }
    if (stands !== 1) return 'refused'
    if (this.#insert.run(...callerKeyValues(key)) === 0) throw new AuthError('conflict', { key: key.id })
    return 'added'
  }
}

const found = (row: CallerKeyRow | undefined): CallerKey | undefined => (row === undefined ? undefined : callerKeyOf(row))
