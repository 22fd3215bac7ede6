import type { EpochMs } from 'countersign/core'
import type { Artifact, Grant, OAuthStore, Redemption, RefreshFacts, StoredArtifact } from '../../oauth/oauth-store.ts'
import type { Database } from './database.ts'
import { parseList } from './list.ts'
import type { LogWriter } from './log-writer.ts'
import { artifactOf, type ArtifactRow, artifactValues, grantOf, type GrantRow } from './oauth-row.ts'
import { refreshColumns, refreshFactsOf, type RefreshRow } from './refresh-row.ts'
import { noteSessionClient } from './session-client-store.ts'
import type { Statement } from './statement.ts'
import { StoredScopesReader } from './stored-scopes.ts'

const living = `(a.session_id IS NULL OR EXISTS (
  SELECT 1 FROM session s WHERE s.id = a.session_id AND s.expires_at > ?1 AND s.idle_expires_at > ?1))`

export class SqliteOAuthStore implements OAuthStore {
  readonly #database: Database
  readonly #log: LogWriter
  readonly #put: Statement
  readonly #find: Statement<ArtifactRow>
  readonly #findByUserCode: Statement<ArtifactRow>
  readonly #findRefresh: Statement<RefreshRow>
  readonly #stored: StoredScopesReader
  readonly #consume: Statement
  readonly #remove: Statement
  readonly #stands: Statement<object>
  readonly #noteToken: Statement
  readonly #noteClient: Statement
  readonly #putGrant: Statement
  readonly #findGrant: Statement<GrantRow>
  readonly #grantsOf: Statement<GrantRow>
  readonly #dropGrant: Statement
  readonly #dropOfGrant: Statement
  readonly #tokensOfGrant: Statement<{ readonly jti: string }>
  readonly #sweepArtifacts: Statement
  readonly #sweepTokens: Statement

  constructor(database: Database, log: LogWriter) {
    this.#database = database
    this.#log = log
    this.#put = database.statement(`
      INSERT INTO oauth_artifact (model, id, payload, grant_id, user_id, client_id, session_id, user_code, expires_at)
      SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
      WHERE (?4 IS NULL OR EXISTS (SELECT 1 FROM oauth_grant WHERE id = ?4))
        AND (?7 IS NULL OR EXISTS (SELECT 1 FROM session WHERE id = ?7))
      ON CONFLICT (model, id) DO UPDATE SET payload = excluded.payload, grant_id = excluded.grant_id, user_id = excluded.user_id,
        client_id = excluded.client_id, session_id = excluded.session_id, user_code = excluded.user_code, expires_at = excluded.expires_at
        WHERE oauth_artifact.consumed_at IS NULL AND oauth_artifact.user_id IS NULL`)
    this.#find = database.statement(
      `SELECT payload, consumed_at, expires_at FROM oauth_artifact a WHERE model = ?2 AND id = ?3 AND ${living}`,
    )
    this.#findByUserCode = database.statement(
      `SELECT payload, consumed_at, expires_at FROM oauth_artifact a WHERE user_code = ?2 AND ${living}`,
    )
    this.#findRefresh = database.statement(`
      SELECT ${refreshColumns},
        (SELECT json_group_array(value) FROM json_each(c.settings, '$.scopes') WHERE value IN (SELECT scope FROM reserved_scope)) AS reserved
      FROM log_head h, oauth_client c, oauth_artifact a, oauth_grant g, user u
      WHERE c.id = ?2 AND c.disabled_at IS NULL AND a.model = 'RefreshToken' AND a.id = ?3 AND a.client_id = c.id AND a.consumed_at IS NULL
        AND g.id = a.grant_id AND g.client_id = c.id AND g.user_id = a.user_id AND u.id = a.user_id AND u.status = 'active' AND ${living}`)
    this.#stored = new StoredScopesReader(database)
    this.#consume = database.statement('UPDATE oauth_artifact SET consumed_at = ? WHERE model = ? AND id = ? AND consumed_at IS NULL')
    this.#remove = database.statement('DELETE FROM oauth_artifact WHERE model = ? AND id = ?')
    this.#stands = database.statement(`
      SELECT 1 FROM oauth_client c, user u, oauth_grant g
      WHERE c.id = ?1 AND c.disabled_at IS NULL AND u.id = ?2 AND u.status = 'active' AND g.id = ?3 AND g.user_id = ?2 AND g.client_id = ?1
        AND (?4 IS NULL OR EXISTS (
          SELECT 1 FROM session s WHERE s.id = ?4 AND s.user_id = ?2 AND s.expires_at > ?5 AND s.idle_expires_at > ?5))`)
    this.#noteToken = database.statement('INSERT INTO oauth_token (jti, grant_id, expires_at) VALUES (?, ?, ?)')
    this.#noteClient = database.statement(noteSessionClient)
    this.#putGrant = database.statement(`
      INSERT INTO oauth_grant (id, user_id, client_id, payload, created_at, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5)
      ON CONFLICT (id) DO UPDATE SET payload = excluded.payload, changed_at = excluded.changed_at`)
    this.#findGrant = database.statement('SELECT * FROM oauth_grant WHERE id = ?')
    this.#grantsOf = database.statement('SELECT * FROM oauth_grant WHERE user_id = ? ORDER BY changed_at DESC, id')
    this.#dropGrant = database.statement('DELETE FROM oauth_grant WHERE id = ?')
    this.#dropOfGrant = database.statement('DELETE FROM oauth_artifact WHERE grant_id = ?')
    this.#tokensOfGrant = database.statement('DELETE FROM oauth_token WHERE grant_id = ? RETURNING jti')
    this.#sweepArtifacts = database.statement(`
      DELETE FROM oauth_artifact WHERE rowid IN (SELECT rowid FROM oauth_artifact WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`)
    this.#sweepTokens = database.statement(
      'DELETE FROM oauth_token WHERE jti IN (SELECT jti FROM oauth_token WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)',
    )
  }

  put(artifact: Artifact): Promise<boolean> {
    return this.#database.write(() => this.#put.run(...artifactValues(artifact)) === 1)
  }

  find(model: string, id: string, now: EpochMs): Promise<StoredArtifact | undefined> {
    return this.#database.read(() => found(this.#find.get(now, model, id)))
  }

  findByUserCode(userCode: string, now: EpochMs): Promise<StoredArtifact | undefined> {
    return this.#database.read(() => found(this.#findByUserCode.get(now, userCode)))
  }

  findRefresh(client: string, id: string, now: EpochMs): Promise<RefreshFacts | undefined> {
    return this.#database.read(() => {
      const row = this.#findRefresh.get(now, client, id)
      return row === undefined ? undefined : refreshFactsOf(row, this.#stored.of(parseList(row.roles)))
    })
  }

  consume(model: string, id: string, at: EpochMs): Promise<boolean> {
    return this.#database.write(() => this.#consume.run(at, model, id) === 1)
  }

  async remove(model: string, id: string): Promise<void> {
    await this.#database.write(() => this.#remove.run(model, id))
  }

  redeem(redemption: Redemption): Promise<boolean> {
    const { jti, client, person, expiresAt, at } = redemption.token
    const { user, grant, session = null, signedIn } = person
    return this.#database.write(() => {
      if (this.#stands.get(client, user, grant, session, at) === undefined || !this.#uses(redemption)) return false
      this.#noteToken.run(jti, grant, expiresAt)
      if (signedIn !== undefined) this.#noteClient.run(signedIn, client, user)
      return true
    })
  }

  /** @returns false, and nothing has changed, when it may not be used, or not again. */
  #uses({ model, id, repeatableAfter, token: { at }, successor }: Redemption): boolean {
    const stored = this.#find.get(at, model, id)
    if (stored === undefined) return false
    if (stored.consumed_at !== null) {
      const isLate = repeatableAfter === undefined || stored.consumed_at <= repeatableAfter
      return !isLate && successor !== undefined && this.#find.get(at, successor.model, successor.id)?.consumed_at === null
    }
    if (successor !== undefined && this.#put.run(...artifactValues(successor)) === 0) return false
    return this.#consume.run(at, model, id) === 1
  }

  async putGrant({ id, user, client, payload, changedAt }: Omit<Grant, 'createdAt'>): Promise<void> {
    await this.#database.write(() => this.#putGrant.run(id, user, client, payload, changedAt))
  }

  findGrant(id: string): Promise<Grant | undefined> {
    return this.#database.read(() => {
      const row = this.#findGrant.get(id)
      return row === undefined ? undefined : grantOf(row)
    })
  }

  grantsOf(user: string): Promise<readonly Grant[]> {
    return this.#database.read(() => this.#grantsOf.all(user).map(grantOf))
  }

  endGrant(id: string, keep: boolean, at: EpochMs): Promise<boolean> {
    return this.#database.write(() => {
      const stands = keep ? this.#findGrant.get(id) !== undefined : this.#dropGrant.run(id) === 1
      if (!stands) return false
      this.#dropOfGrant.run(id)
      for (const { jti } of this.#tokensOfGrant.all(id)) {
        this.#log.append({ kind: 'cutoff', target: { kind: 'token', id: jti }, mode: 'soft', at })
      }
      return true
    })
  }

  sweep(now: EpochMs, limit: number): Promise<number> {
    return this.#database.write(() => this.#sweepArtifacts.run(now, limit) + this.#sweepTokens.run(now, limit))
  }
}

const found = (row: ArtifactRow | undefined): StoredArtifact | undefined => (row === undefined ? undefined : artifactOf(row))
