import type { EpochMs } from 'countersign/core'
import type { SessionClient, SessionClientStore, SessionsOf } from '../../oauth/session-client-store.ts'
import type { Database } from './database.ts'
import type { Statement } from './statement.ts'

export interface SessionClientRow {
  readonly session_id: string
  readonly client_id: string
  readonly user_id: string
}

export const sessionClientOf = ({ session_id, client_id, user_id }: SessionClientRow): SessionClient => ({
  session: session_id,
  client: client_id,
  user: user_id,
})

/** Notes that a client was given something by a session, as long as that lives. Inside the transaction that issues. */
export const noteSessionClient = `
  INSERT INTO oauth_session_client (session_id, client_id, user_id, expires_at)
  SELECT id, ?2, user_id, expires_at FROM session WHERE id = ?1 AND user_id = ?3
  ON CONFLICT DO NOTHING`

export class SqliteSessionClientStore implements SessionClientStore {
  readonly #database: Database
  readonly #ofSession: Statement<SessionClientRow>
  readonly #ofUser: Statement<SessionClientRow>
  readonly #ofAll: Statement<SessionClientRow>
  readonly #forget: Statement
  readonly #sweep: Statement

  constructor(database: Database) {
    this.#database = database
    const ended = `SELECT session_id, client_id, user_id FROM oauth_session_client c
      WHERE NOT EXISTS (SELECT 1 FROM session s WHERE s.id = c.session_id)`
    this.#ofSession = database.statement(`${ended} AND session_id = ? LIMIT ?`)
    this.#ofUser = database.statement(`${ended} AND user_id = ? LIMIT ?`)
    this.#ofAll = database.statement(`${ended} LIMIT ?`)
    this.#forget = database.statement('DELETE FROM oauth_session_client WHERE session_id = ? AND client_id = ?')
    this.#sweep = database.statement(`
      DELETE FROM oauth_session_client WHERE (session_id, client_id) IN (
        SELECT session_id, client_id FROM oauth_session_client WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`)
  }

  ofEnded({ session, user }: SessionsOf, limit: number): Promise<readonly SessionClient[]> {
    return this.#database.read(() => {
      if (session !== undefined) return this.#ofSession.all(session, limit).map(sessionClientOf)
      return (user === undefined ? this.#ofAll.all(limit) : this.#ofUser.all(user, limit)).map(sessionClientOf)
    })
  }

  async forget(told: readonly SessionClient[]): Promise<void> {
    await this.#database.write(() => {
      for (const { session, client } of told) this.#forget.run(session, client)
    })
  }

  sweep(now: EpochMs, limit: number): Promise<number> {
    return this.#database.write(() => this.#sweep.run(now, limit))
  }
}
