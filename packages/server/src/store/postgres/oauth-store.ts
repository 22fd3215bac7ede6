import type { EpochMs } from 'countersign/core'
import type { Artifact, Grant, OAuthStore, Redemption, RefreshFacts, StoredArtifact } from '../../oauth/oauth-store.ts'
import { artifactOf, type ArtifactRow, artifactValues, grantOf, type GrantRow } from '../sqlite/oauth-row.ts'
import { refreshColumns, refreshFactsOf, type RefreshRow } from '../sqlite/refresh-row.ts'
import type { Database } from './database.ts'
import type { LogWriter } from './log-writer.ts'
import { isInGate } from './oauth-ending.ts'
import { redeem } from './redemption.ts'
import { statement } from './statement.ts'
import { storedScopesColumn, storedScopesOf } from './stored-scopes.ts'

// What an artifact hangs on, held until the commit: who ends it comes wholly before, or wholly after and then sees the artifact. Not shared: of many
// who share a row others may join at any time, before who waits to end it.
const enterGate = statement('enter gate for artifact', `SELECT ${isInGate}`)
const holdUser = statement('hold user for artifact', 'SELECT 1 FROM countersign.user_account WHERE id = $1 FOR NO KEY UPDATE')
const holdGrant = statement<GrantRow>('hold grant for artifact', 'SELECT * FROM countersign.oauth_grant WHERE id = $1 FOR NO KEY UPDATE')
const put = statement(
  'put artifact',
  `
  INSERT INTO countersign.oauth_artifact AS o (model, id, payload, grant_id, user_id, client_id, session_id, user_code, expires_at)
  SELECT $1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text, $9::bigint
  WHERE ($4::text IS NULL OR EXISTS (SELECT 1 FROM countersign.oauth_grant WHERE id = $4))
    AND ($7::text IS NULL OR EXISTS (SELECT 1 FROM countersign.session WHERE id = $7))
  ON CONFLICT (model, id) DO UPDATE SET payload = excluded.payload, grant_id = excluded.grant_id, user_id = excluded.user_id,
    client_id = excluded.client_id, session_id = excluded.session_id, user_code = excluded.user_code, expires_at = excluded.expires_at
    WHERE o.consumed_at IS NULL AND o.user_id IS NULL`,
)
const living = `(a.session_id IS NULL OR EXISTS (
  SELECT 1 FROM countersign.session s WHERE s.id = a.session_id AND s.expires_at > $1 AND s.idle_expires_at > $1))`
const find = statement<ArtifactRow>(
  'find artifact',
  `SELECT payload, consumed_at, expires_at FROM countersign.oauth_artifact a WHERE model = $2 AND id = $3 AND ${living}`,
)
const findByUserCode = statement<ArtifactRow>(
  'find artifact by user code',
  `SELECT payload, consumed_at, expires_at FROM countersign.oauth_artifact a WHERE user_code = $2 AND ${living}`,
)
// One statement, so that all of it is seen in one snapshot.
const findRefresh = statement<RefreshRow & { readonly stored_scopes: string | null }>(
  'find refresh',
  `
  SELECT ${refreshColumns}, ${storedScopesColumn('u.roles', undefined)}, (
      SELECT json_agg(r.scope)::text FROM countersign.reserved_scope r WHERE c.settings::jsonb -> 'scopes' ? r.scope
    ) AS reserved
  FROM countersign.log_head h, countersign.oauth_client c, countersign.oauth_artifact a, countersign.oauth_grant g, countersign.user_account u
  WHERE c.id = $2 AND c.disabled_at IS NULL AND a.model = 'RefreshToken' AND a.id = $3 AND a.client_id = c.id AND a.consumed_at IS NULL
    AND g.id = a.grant_id AND g.client_id = c.id AND g.user_id = a.user_id AND u.id = a.user_id AND u.status = 'active' AND ${living}`,
)
const consume = statement(
  'consume artifact',
  'UPDATE countersign.oauth_artifact SET consumed_at = $1 WHERE model = $2 AND id = $3 AND consumed_at IS NULL',
)
const remove = statement('remove artifact', 'DELETE FROM countersign.oauth_artifact WHERE model = $1 AND id = $2')
const putGrant = statement(
  'put grant',
  `
  INSERT INTO countersign.oauth_grant (id, user_id, client_id, payload, created_at, changed_at) VALUES ($1, $2, $3, $4, $5, $5)
  ON CONFLICT (id) DO UPDATE SET payload = excluded.payload, changed_at = excluded.changed_at`,
)
const findGrant = statement<GrantRow>('find grant', 'SELECT * FROM countersign.oauth_grant WHERE id = $1')
const grantsOf = statement<GrantRow>(
  'grants of user',
  'SELECT * FROM countersign.oauth_grant WHERE user_id = $1 ORDER BY changed_at DESC, id',
)
const keepGrant = statement('keep grant', 'SELECT 1 FROM countersign.oauth_grant WHERE id = $1 FOR UPDATE')
const dropGrant = statement('drop grant', 'DELETE FROM countersign.oauth_grant WHERE id = $1')
const dropOfGrant = statement('end artifacts of grant', 'DELETE FROM countersign.oauth_artifact WHERE grant_id = $1')
const tokensOfGrant = statement<{ readonly jti: string }>(
  'end tokens of grant',
  'DELETE FROM countersign.oauth_token WHERE grant_id = $1 RETURNING jti',
)
const sweepArtifacts = statement(
  'sweep artifacts',
  `DELETE FROM countersign.oauth_artifact WHERE (model, id) IN (
    SELECT model, id FROM countersign.oauth_artifact WHERE expires_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)`,
)
const sweepTokens = statement(
  'sweep tokens',
  `DELETE FROM countersign.oauth_token WHERE jti IN (
    SELECT jti FROM countersign.oauth_token WHERE expires_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)`,
)

/**
 * When a commit's outcome is unknown (`unavailable`): a refresh that is repeated gets the same successor, or one that nobody has seen. Of
 * all else that was consumed the client has to begin anew.
 */
export class PostgresOAuthStore implements OAuthStore {
  readonly #database: Database
  readonly #log: LogWriter

  constructor(database: Database, log: LogWriter) {
    this.#database = database
    this.#log = log
  }

  put(artifact: Artifact): Promise<boolean> {
    const { user, grant } = artifact
    return this.#database.transaction(async (unit) => {
      const holds = [
        unit.change(enterGate),
        ...(user === undefined ? [] : [unit.change(holdUser, user)]),
        ...(grant === undefined ? [] : [unit.change(holdGrant, grant)]),
      ]
      const [stored] = await Promise.all([unit.change(put, ...artifactValues(artifact)), ...holds])
      return stored === 1
    })
  }

  async find(model: string, id: string, now: EpochMs): Promise<StoredArtifact | undefined> {
    const [row] = await this.#database.ask(find, now, model, id)
    return row === undefined ? undefined : artifactOf(row)
  }

  async findByUserCode(userCode: string, now: EpochMs): Promise<StoredArtifact | undefined> {
    const [row] = await this.#database.ask(findByUserCode, now, userCode)
    return row === undefined ? undefined : artifactOf(row)
  }

  async findRefresh(client: string, id: string, now: EpochMs): Promise<RefreshFacts | undefined> {
    const [row] = await this.#database.ask(findRefresh, now, client, id)
    return row === undefined ? undefined : refreshFactsOf(row, storedScopesOf(row.stored_scopes))
  }

  async consume(model: string, id: string, at: EpochMs): Promise<boolean> {
    return (await this.#database.change(consume, at, model, id)) === 1
  }

  async remove(model: string, id: string): Promise<void> {
    await this.#database.change(remove, model, id)
  }

  redeem(redemption: Redemption): Promise<boolean> {
    return redeem(this.#database, redemption)
  }

  async putGrant({ id, user, client, payload, changedAt }: Omit<Grant, 'createdAt'>): Promise<void> {
    await this.#database.change(putGrant, id, user, client, payload, changedAt)
  }

  async findGrant(id: string): Promise<Grant | undefined> {
    const [row] = await this.#database.ask(findGrant, id)
    return row === undefined ? undefined : grantOf(row)
  }

  async grantsOf(user: string): Promise<readonly Grant[]> {
    return (await this.#database.ask(grantsOf, user)).map(grantOf)
  }

  endGrant(id: string, keep: boolean, at: EpochMs): Promise<boolean> {
    return this.#log.appending(async (unit, log) => {
      if ((await unit.change(keep ? keepGrant : dropGrant, id)) === 0) return false
      const [tokens] = await Promise.all([unit.ask(tokensOfGrant, id), unit.change(dropOfGrant, id)])
      await Promise.all(tokens.map(({ jti }) => log.append({ kind: 'cutoff', target: { kind: 'token', id: jti }, mode: 'soft', at })))
      return true
    })
  }

  async sweep(now: EpochMs, limit: number): Promise<number> {
    const swept = await Promise.all([this.#database.change(sweepArtifacts, now, limit), this.#database.change(sweepTokens, now, limit)])
    return swept[0] + swept[1]
  }
}
