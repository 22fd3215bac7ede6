import type { EpochMs } from 'countersign/core'
import type { Cause } from '../../delivery/event-log.ts'
import type { Session } from '../../session/session.ts'
import type { Issuance, Reauthentication, Rotation, SessionOpening, SessionStore } from '../../session/session-store.ts'
import { formatList } from '../sqlite/list.ts'
import { type SessionRow, sessionOf, sessionValues } from '../sqlite/session-row.ts'
import type { Database, Unit } from './database.ts'
import { type IssuanceRow, issuanceColumns, issuanceOf } from './issuance.ts'
import { addJobs } from './job-table.ts'
import { signInByLink } from './link-use.ts'
import type { Appender, LogWriter } from './log-writer.ts'
import { isInGate } from './oauth-ending.ts'
import { endOne, endUsers } from './session-ending.ts'
import { insertInto, statement, type Value } from './statement.ts'

/** How many rows one statement of `sweep` looks at. */
const SWEPT_AT_ONCE = 5_000

const columns: readonly (keyof SessionRow)[] = [
  ...(['id', 'user_id', 'client', 'device_name', 'device_user_agent', 'device_address', 'created_at', 'authenticated_at'] as const),
  ...(['amr', 'generation', 'rotated_at', 'rotated_by', 'salt', 'key_id', 'expires_at', 'idle_expires_at', 'dpop_key'] as const),
]
const parameters = columns.map((_, at) => `$${at + 1}`).join(', ')
const generationParameter = `$${columns.length + 1}`

// Holds the user's row until the commit, so that a change of password or status, or the end of all of the user's sessions, comes wholly
// before or wholly after; so does the end of everyone's sessions, or of all that a client opened, which closes the gate. The row is read as it is when it
// is got, the head as it was when the statement began: never the other way round.
const open = statement<IssuanceRow>(
  'open session',
  `
  WITH u AS (
    SELECT * FROM countersign.user_account WHERE id = $2 AND status = 'active' AND password_generation = ${generationParameter}
      AND ${isInGate}
    FOR NO KEY UPDATE
  ), s AS (
    INSERT INTO countersign.session (${columns.join(', ')}) SELECT ${parameters} FROM u RETURNING *
  )
  SELECT ${issuanceColumns} FROM s, u, countersign.log_head h`,
)

const addUpstream = statement('add upstream session', insertInto('upstream_session', ['session_id', 'issuer', 'subject', 'sid']))
const find = statement<SessionRow>('find session', 'SELECT * FROM countersign.session WHERE id = $1')

// The whole compare-and-swap of refresh is this one statement: of many callers one finds the generation that it names. A caller that
// waited for another one's row sees the row as that one left it, so it finds another generation, or none.
const rotate = statement<IssuanceRow>(
  'rotate session',
  `
  WITH s AS (
    UPDATE countersign.session SET generation = generation + 1, rotated_at = $1, rotated_by = $2, key_id = $3, idle_expires_at = $4
    WHERE id = $5 AND generation = $6 AND expires_at > $1 AND idle_expires_at > $1
    RETURNING *
  )
  SELECT ${issuanceColumns} FROM s JOIN countersign.user_account u ON u.id = s.user_id AND u.status = 'active', countersign.log_head h`,
)

// Holds the user's row as `open` does.
const reauthenticate = statement<IssuanceRow>(
  'reauthenticate session',
  `
  WITH u AS (
    SELECT * FROM countersign.user_account WHERE id = $6 AND status = 'active' AND password_generation = $7 FOR NO KEY UPDATE
  ), s AS (
    UPDATE countersign.session t SET authenticated_at = $1, amr = $2, device_user_agent = $3, device_address = $4,
      generation = generation + 1, rotated_at = $1, rotated_by = $8, key_id = $9
    FROM u WHERE t.id = $5 AND t.user_id = u.id AND t.expires_at > $1 AND t.idle_expires_at > $1
    RETURNING t.*
  )
  SELECT ${issuanceColumns} FROM s, u, countersign.log_head h`,
)

const readIssuance = statement<IssuanceRow>(
  'issuance',
  `
  SELECT ${issuanceColumns} FROM countersign.session s
  JOIN countersign.user_account u ON u.id = s.user_id AND u.status = 'active', countersign.log_head h WHERE s.id = $1`,
)

const list = statement<SessionRow>(
  'list sessions',
  `
  SELECT * FROM countersign.session WHERE user_id = $1 AND expires_at > $2 AND idle_expires_at > $2 ORDER BY created_at DESC, id DESC`,
)

interface SweptRow {
  readonly swept: number
  readonly seen: number
  readonly last: string | null
}

const countByKey = statement<{ readonly key_id: string; readonly count: number }>(
  'count sessions by key',
  'SELECT key_id, count(*) AS count FROM countersign.session WHERE expires_at > $1 AND idle_expires_at > $1 GROUP BY key_id',
)
// By the primary key in windows: an index on the two ends would have to be rewritten by every rotation. What somebody else has at this moment, to end
// it, is passed over: who has many waits for nobody, and so not in a circle.
const sweep = statement<SweptRow>(
  'sweep sessions',
  `
  WITH seen AS (
    SELECT id FROM countersign.session WHERE id > $1 ORDER BY id LIMIT ${SWEPT_AT_ONCE}
  ), held AS (
    SELECT id FROM countersign.session WHERE id > $1 AND id <= (SELECT max(id) FROM seen) AND least(expires_at, idle_expires_at) <= $2
    ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED
  ), swept AS (
    DELETE FROM countersign.session WHERE id IN (SELECT id FROM held) RETURNING 1
  )
  SELECT (SELECT count(*) FROM swept) AS swept, (SELECT count(*) FROM seen) AS seen, (SELECT max(id) FROM seen) AS last`,
)

/**
 * When a commit's outcome is unknown (`unavailable`): `rotate` has happened or not, and the retry with the same token finds the old generation,
 * or the next one and so the same successor; `open` may leave a session whose tokens nobody has; `reauthenticate` has rotated or not, as `rotate`; `end` and `endAll` find nothing
 * left to end when they are repeated.
 */
export class PostgresSessionStore implements SessionStore {
  readonly #database: Database
  readonly #log: LogWriter

  constructor(database: Database, log: LogWriter) {
    this.#database = database
    this.#log = log
  }

  async open(opening: SessionOpening): Promise<Issuance | 'refused'> {
    if (opening.single || opening.link !== undefined) return this.#openHolding(opening)
    if ((opening.jobs ?? []).length > 0 || opening.upstream !== undefined) return this.#openTelling(opening)
    return issued(await this.#database.ask(open, ...openingValues(opening))) ?? 'refused'
  }

  async find(id: string): Promise<Session | undefined> {
    const [row] = await this.#database.ask(find, id)
    return row === undefined ? undefined : sessionOf(row)
  }

  async rotate({ id, fromGeneration, keyId, rotatedBy, idleExpiresAt, at }: Rotation): Promise<Issuance | 'lost'> {
    return issued(await this.#database.ask(rotate, at, rotatedBy ?? null, keyId, idleExpiresAt, id, fromGeneration)) ?? 'lost'
  }

  reauthenticate(reauthentication: Reauthentication): Promise<Issuance | 'refused'> {
    const { id, user, passwordGeneration, amr, keyId, rotatedBy = null, device, at } = reauthentication
    const { userAgent = null, address = null } = device
    const values = [at, formatList(amr), userAgent, address, id, user, passwordGeneration, rotatedBy, keyId]
    return this.#log.appending(async (unit, log) => {
      const proved = issued(await unit.ask(reauthenticate, ...values))
      if (proved === undefined) return 'refused'
      // Older than the cut-off are the tokens of before, and not the one that this is for.
      const { position } = await log.append({ kind: 'cutoff', target: { kind: 'session', id }, mode: 'soft', at })
      return { ...proved, rev: position }
    })
  }

  async issuance(id: string): Promise<Issuance | undefined> {
    return issued(await this.#database.ask(readIssuance, id))
  }

  end(id: string, at: EpochMs, isTheft = false): Promise<boolean> {
    return this.#log.appending(async (unit, log) => {
      const user = await endOne(unit, id)
      if (user === undefined) return false
      await cutOff(log, id, at, { user, ...(isTheft ? { theft: true } : {}) })
      return true
    })
  }

  endAll(user: string, except: string | undefined, at: EpochMs): Promise<readonly string[]> {
    return this.#log.appending((unit, log) => cutOffUsers(unit, log, user, except, at))
  }

  async list(user: string, now: EpochMs): Promise<readonly Session[]> {
    return (await this.#database.ask(list, user, now)).map(sessionOf)
  }

  async countByKey(now: EpochMs): Promise<ReadonlyMap<string, number>> {
    return new Map((await this.#database.ask(countByKey, now)).map(({ key_id: id, count }) => [id, Number(count)]))
  }

  async sweep(now: EpochMs, limit: number): Promise<number> {
    let swept = 0
    let after: string | null = ''
    while (after !== null && swept < limit) {
      const rows: readonly SweptRow[] = await this.#database.ask(sweep, after, now, limit - swept)
      const window: SweptRow | undefined = rows[0]
      swept += window?.swept ?? 0
      after = window !== undefined && window.seen === SWEPT_AT_ONCE ? window.last : null
    }
    return swept
  }

  #openTelling({ jobs = [], ...opening }: SessionOpening): Promise<Issuance | 'refused'> {
    return this.#database.transaction(async (unit) => {
      const opened = issued(await unit.ask(open, ...openingValues(opening)))
      if (opened === undefined) return 'refused'
      await noteUpstream(unit, opening)
      await addJobs(unit, jobs)
      return opened
    })
  }

  /** Others end in the same transaction, and the new token is younger than their cut-offs: one session a user, or an address that is proven. */
  #openHolding(opening: SessionOpening): Promise<Issuance | 'refused'> {
    const { session, single, link, jobs = [] } = opening
    return this.#log.appending(async (unit, log) => {
      const moved = link === undefined ? 0 : await signInByLink(unit, log, opening, link)
      if (moved === undefined) return 'refused'
      const passwordGeneration = opening.passwordGeneration + moved
      const opened = issued(await unit.ask(open, ...openingValues({ ...opening, passwordGeneration })))
      if (opened === undefined) return 'refused'
      await noteUpstream(unit, opening)
      if (single) await cutOffUsers(unit, log, session.user, session.id, session.createdAt)
      await addJobs(unit, jobs)
      return { ...opened, rev: (await log.head()).position }
    })
  }
}

const openingValues = ({ session, passwordGeneration }: SessionOpening): readonly Value[] => {
  const values = sessionValues(session)
  return [...columns.map((column) => values[column]), passwordGeneration]
}

async function noteUpstream(unit: Unit, { session, upstream }: SessionOpening): Promise<void> {
  if (upstream !== undefined) await unit.change(addUpstream, session.id, upstream.issuer, upstream.subject, upstream.sid ?? null)
}

const issued = ([row]: readonly IssuanceRow[]): Issuance | undefined => (row === undefined ? undefined : issuanceOf(row))

async function cutOffUsers(unit: Unit, log: Appender, user: string, except: string | undefined, at: EpochMs): Promise<readonly string[]> {
  const ended = await endUsers(unit, user, except)
  for (const id of ended) await cutOff(log, id, at, { user })
  return ended
}

const cutOff = (log: Appender, id: string, at: EpochMs, cause: Cause) =>
  log.append({ kind: 'cutoff', target: { kind: 'session', id }, mode: 'hard', at, cause })
