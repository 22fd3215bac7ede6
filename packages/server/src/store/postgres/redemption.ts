import { AuthError } from 'countersign/core'
import type { Redemption } from '../../oauth/oauth-store.ts'
import { artifactValues } from '../sqlite/oauth-row.ts'
import type { Database } from './database.ts'
import { isInGate } from './oauth-ending.ts'
import { statement } from './statement.ts'

// Nearly always: nobody has used it, and the session in which it was allowed is there. One statement and one way to the database. What it goes
// back to is locked in the order of `hold`, and each row that somebody has changed meanwhile is looked at anew, as it is once it is locked. Whatever
// is otherwise changes nothing here, and is left to the two statements below. No row is shared but the session's against being deleted, and the
// client is held by the gate: so whoever waits to end something is next.
const redeemAtOnce = statement(
  'redeem at once',
  `
  WITH held AS (
    SELECT s.expires_at
    FROM countersign.user_account u, countersign.oauth_client c, countersign.oauth_grant g, countersign.oauth_artifact a, countersign.session s
    WHERE u.id = $3 AND u.status = 'active' AND c.id = $4 AND c.disabled_at IS NULL AND g.id = $5 AND g.user_id = $3 AND g.client_id = $4
      AND a.model = $1 AND a.id = $2 AND a.consumed_at IS NULL AND (a.session_id IS NULL OR a.session_id = s.id)
      AND s.id = $6 AND s.user_id = $3 AND ((a.session_id IS NULL AND $7::text IS NULL) OR (s.expires_at > $8 AND s.idle_expires_at > $8))
      AND ${isInGate}
    FOR NO KEY UPDATE OF u, g, a FOR KEY SHARE OF s
  ), used AS (
    UPDATE countersign.oauth_artifact SET consumed_at = $8 WHERE model = $1 AND id = $2 AND EXISTS (SELECT 1 FROM held)
  ), noted AS (
    INSERT INTO countersign.oauth_token (jti, grant_id, expires_at) SELECT $9::text, $5, $10::bigint FROM held
  ), told AS (
    INSERT INTO countersign.oauth_session_client (session_id, client_id, user_id, expires_at) SELECT $6, $4, $3, expires_at FROM held
    ON CONFLICT DO NOTHING
  ), put AS (
    INSERT INTO countersign.oauth_artifact (model, id, payload, grant_id, user_id, client_id, session_id, user_code, expires_at)
    SELECT $11::text, $12::text, $13::text, $14::text, $15::text, $16::text, $17::text, $18::text, $19::bigint FROM held WHERE $12::text IS NOT NULL
  )
  SELECT 1 FROM held`,
)

// All that a redemption goes back to, in the order in which the endings take it, held until the commit: who ends one of them comes wholly
// before, and then there is no such row, or wholly after, and then sees what was handed out. A session may be refreshed meanwhile.
const hold = statement(
  'hold for redemption',
  `
  SELECT 1 FROM countersign.user_account u, countersign.oauth_client c, countersign.oauth_grant g, countersign.oauth_artifact a
  WHERE u.id = $1 AND u.status = 'active' AND c.id = $2 AND c.disabled_at IS NULL
    AND g.id = $3 AND g.user_id = $1 AND g.client_id = $2 AND a.model = $4 AND a.id = $5 AND ${isInGate}
  FOR NO KEY UPDATE OF u, g, a`,
)
const holdSession = statement('hold session for redemption', 'SELECT 1 FROM countersign.session WHERE id = $1 FOR KEY SHARE')

// Its snapshot is younger than the locks: it sees what whoever held them before has committed.
const settle = statement(
  'redeem',
  `
  WITH living AS (
    SELECT a.consumed_at FROM countersign.oauth_artifact a, countersign.user_account u, countersign.oauth_client c, countersign.oauth_grant g
    WHERE a.model = $1 AND a.id = $2 AND u.id = $3 AND u.status = 'active' AND c.id = $4 AND c.disabled_at IS NULL
      AND g.id = $5 AND g.user_id = $3 AND g.client_id = $4
      AND NOT EXISTS (
        SELECT 1 FROM (VALUES (a.session_id), ($6::text)) AS wanted (id) WHERE wanted.id IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM countersign.session s
          WHERE s.id = wanted.id AND s.user_id = $3 AND s.expires_at > $7 AND s.idle_expires_at > $7))
  ), allowed AS (
    SELECT consumed_at FROM living
    WHERE consumed_at IS NULL OR (consumed_at > $8::bigint AND EXISTS (
      SELECT 1 FROM countersign.oauth_artifact n WHERE n.model = $12 AND n.id = $13 AND n.consumed_at IS NULL))
  ), used AS (
    UPDATE countersign.oauth_artifact SET consumed_at = $7 WHERE model = $1 AND id = $2 AND (SELECT consumed_at IS NULL FROM allowed)
  ), noted AS (
    INSERT INTO countersign.oauth_token (jti, grant_id, expires_at) SELECT $9::text, $5, $10::bigint FROM allowed
  ), told AS (
    INSERT INTO countersign.oauth_session_client (session_id, client_id, user_id, expires_at)
    SELECT s.id, $4, s.user_id, s.expires_at FROM allowed, countersign.session s WHERE s.id = $11::text AND s.user_id = $3
    ON CONFLICT DO NOTHING
  ), put AS (
    INSERT INTO countersign.oauth_artifact (model, id, payload, grant_id, user_id, client_id, session_id, user_code, expires_at)
    SELECT $12::text, $13::text, $14::text, $15::text, $16::text, $17::text, $18::text, $19::text, $20::bigint FROM allowed
    WHERE consumed_at IS NULL AND $13::text IS NOT NULL
  )
  SELECT 1 FROM allowed`,
)

/** @returns false, and nothing has changed, when it was redeemed already, or something that it goes back to has ended. */
export async function redeem(database: Database, redemption: Redemption): Promise<boolean> {
  const { model, id, repeatableAfter, token, successor } = redemption
  const { jti, client, person, expiresAt, at } = token
  const { user, grant, session = null, signedIn = null } = person
  const put = successor === undefined ? nothing : artifactValues(successor)
  if (signedIn !== null && (session ?? signedIn) === signedIn) {
    const values = [model, id, user, client, grant, signedIn, session, at, jti, expiresAt]
    if ((await database.change(redeemAtOnce, ...values, ...put)) === 1) return true
  }
  return database.transaction(async (unit) => {
    const [held, , changed] = await Promise.all([
      unit.change(hold, user, client, grant, model, id),
      signedIn === null ? 0 : unit.change(holdSession, signedIn),
      unit.change(settle, ...[model, id, user, client, grant, session, at, repeatableAfter ?? null, jti, expiresAt, signedIn], ...put),
    ])
    // What was not there to be held was there a moment later: then nobody was kept from ending it.
    if (held < changed) throw new AuthError('unavailable', { storage: 'changed' })
    return changed === 1
  })
}

const nothing: readonly null[] = Array.from({ length: 9 }, () => null)
