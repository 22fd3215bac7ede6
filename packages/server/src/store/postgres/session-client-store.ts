import type { EpochMs } from 'countersign/core'
import type { SessionClient, SessionClientStore, SessionsOf } from '../../oauth/session-client-store.ts'
import { sessionClientOf, type SessionClientRow } from '../sqlite/session-client-store.ts'
import type { Database } from './database.ts'
import { statement } from './statement.ts'

const ended = `SELECT session_id, client_id, user_id FROM countersign.oauth_session_client c
  WHERE NOT EXISTS (SELECT 1 FROM countersign.session s WHERE s.id = c.session_id)`
const ofSession = statement<SessionClientRow>('clients of ended session', `${ended} AND session_id = $1 LIMIT $2`)
const ofUser = statement<SessionClientRow>('clients of ended sessions of user', `${ended} AND user_id = $1 LIMIT $2`)
const ofAll = statement<SessionClientRow>('clients of ended sessions', `${ended} LIMIT $1`)
const forget = statement(
  'forget clients of session',
  `DELETE FROM countersign.oauth_session_client c USING unnest($1::text[], $2::text[]) AS told (session_id, client_id)
    WHERE c.session_id = told.session_id AND c.client_id = told.client_id`,
)
const sweep = statement(
  'sweep clients of sessions',
  `DELETE FROM countersign.oauth_session_client WHERE (session_id, client_id) IN (
    SELECT session_id, client_id FROM countersign.oauth_session_client WHERE expires_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)`,
)

export class PostgresSessionClientStore implements SessionClientStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async ofEnded({ session, user }: SessionsOf, limit: number): Promise<readonly SessionClient[]> {
    if (session !== undefined) return (await this.#database.ask(ofSession, session, limit)).map(sessionClientOf)
    const rows = await (user === undefined ? this.#database.ask(ofAll, limit) : this.#database.ask(ofUser, user, limit))
    return rows.map(sessionClientOf)
  }

  async forget(told: readonly SessionClient[]): Promise<void> {
    await this.#database.change(
      forget,
      told.map(({ session }) => session),
      told.map(({ client }) => client),
    )
  }

  sweep(now: EpochMs, limit: number): Promise<number> {
    return this.#database.change(sweep, now, limit)
  }
}
