import type { EpochMs } from 'countersign/core'
import type { Cause } from '../../delivery/event-log.ts'
import type { Session } from '../../session/session.ts'
import type { Issuance, Reauthentication, Rotation, SessionOpening, SessionStore } from '../../session/session-store.ts'
import type { Database } from './database.ts'
import type { IssuanceReader } from './issuance.ts'
import { JobTable } from './job-table.ts'
import { LinkTable } from './link-table.ts'
import { formatList } from './list.ts'
import type { LogWriter } from './log-writer.ts'
import type { SessionEnding } from './session-ending.ts'
import { insertSession, type SessionRow, sessionOf, sessionValues } from './session-row.ts'
import type { Statement } from './statement.ts'

/** How many rows one unit of `sweep` looks at, so that it never keeps the event loop long. */
const SWEPT_AT_ONCE = 1_000

interface SweptRow {
  readonly id: string
  readonly is_dead: number
}

export class SqliteSessionStore implements SessionStore {
  readonly #database: Database
  readonly #log: LogWriter
  readonly #ending: SessionEnding
  readonly #issuance: IssuanceReader
  readonly #jobs: JobTable
  readonly #links: LinkTable
  readonly #insert: Statement
  readonly #addUpstream: Statement
  readonly #mayOpen: Statement<{ readonly id: string }>
  readonly #find: Statement<SessionRow>
  readonly #rotate: Statement<SessionRow>
  readonly #reauthenticate: Statement<SessionRow>
  readonly #list: Statement<SessionRow>
  readonly #countByKey: Statement<{ readonly key_id: string; readonly count: number }>
  readonly #sweepable: Statement<SweptRow>

  constructor(database: Database, log: LogWriter, ending: SessionEnding, issuance: IssuanceReader) {
    this.#database = database
    this.#log = log
    this.#ending = ending
    this.#issuance = issuance
    this.#jobs = new JobTable(database)
    this.#links = new LinkTable(database, log, ending)
    this.#insert = database.statement(insertSession)
    this.#addUpstream = database.statement('INSERT INTO upstream_session (session_id, issuer, subject, sid) VALUES (?, ?, ?, ?)')
    this.#mayOpen = database.statement(`SELECT id FROM user WHERE id = ? AND status = 'active' AND password_generation = ?`)
    this.#find = database.statement('SELECT * FROM session WHERE id = ?')
    // The whole compare-and-swap of refresh is this one statement: of many callers one finds the generation that it names.
    // A suspended user has no session left to find; `issue` refuses to go on should that ever not hold.
    this.#rotate = database.statement(`
      UPDATE session SET generation = generation + 1, rotated_at = ?1, rotated_by = ?2, key_id = ?3, idle_expires_at = ?4
      WHERE id = ?5 AND generation = ?6 AND expires_at > ?1 AND idle_expires_at > ?1
      RETURNING *`)
    this.#reauthenticate = database.statement(`
      UPDATE session SET authenticated_at = ?1, amr = ?2, device_user_agent = ?3, device_address = ?4,
        generation = generation + 1, rotated_at = ?1, rotated_by = ?7, key_id = ?8
      WHERE id = ?5 AND user_id = ?6 AND expires_at > ?1 AND idle_expires_at > ?1
      RETURNING *`)
    this.#countByKey = database.statement(
      'SELECT key_id, count(*) AS count FROM session WHERE expires_at > ?1 AND idle_expires_at > ?1 GROUP BY key_id',
    )
    this.#list = database.statement(`
      SELECT * FROM session WHERE user_id = ?1 AND expires_at > ?2 AND idle_expires_at > ?2 ORDER BY created_at DESC, id DESC`)
    // By the primary key in windows: an index on the two ends would have to be rewritten by every rotation.
    this.#sweepable = database.statement(`
      SELECT id, min(expires_at, idle_expires_at) <= ?2 AS is_dead FROM session WHERE id > ?1 ORDER BY id LIMIT ${SWEPT_AT_ONCE}`)
  }

  open({ session, passwordGeneration, single, jobs = [], link, upstream }: SessionOpening): Promise<Issuance | 'refused'> {
    return this.#database.write(() => {
      if (this.#mayOpen.get(session.user, passwordGeneration) === undefined) return 'refused'
      if (link !== undefined && !this.#links.signIn(link, session.user, session.createdAt)) return 'refused'
      if (single) this.#endUsers(session.user, undefined, session.createdAt)
      this.#insert.runNamed(sessionValues(session))
      if (upstream !== undefined) this.#addUpstream.run(session.id, upstream.issuer, upstream.subject, upstream.sid ?? null)
      this.#jobs.insert(jobs)
      return this.#issuance.issue(session)
    })
  }

  find(id: string): Promise<Session | undefined> {
    return this.#database.read(() => this.#findNow(id))
  }

  rotate(rotation: Rotation): Promise<Issuance | 'lost'> {
    return this.#database.write(() => {
      const { id, fromGeneration, keyId, rotatedBy, idleExpiresAt, at } = rotation
      const row = this.#rotate.get(at, rotatedBy ?? null, keyId, idleExpiresAt, id, fromGeneration)
      return row === undefined ? 'lost' : this.#issuance.issue(sessionOf(row))
    })
  }

  reauthenticate(reauthentication: Reauthentication): Promise<Issuance | 'refused'> {
    const { id, user, passwordGeneration, amr, keyId, rotatedBy = null, device, at } = reauthentication
    const { userAgent = null, address = null } = device
    return this.#database.write(() => {
      if (this.#mayOpen.get(user, passwordGeneration) === undefined) return 'refused'
      const row = this.#reauthenticate.get(at, formatList(amr), userAgent, address, id, user, rotatedBy, keyId)
      if (row === undefined) return 'refused'
      this.#log.append({ kind: 'cutoff', target: { kind: 'session', id }, mode: 'soft', at })
      return this.#issuance.issue(sessionOf(row))
    })
  }

  issuance(id: string): Promise<Issuance | undefined> {
    return this.#database.read(() => {
      const session = this.#findNow(id)
      return session === undefined ? undefined : this.#issuance.issuanceOf(session)
    })
  }

  end(id: string, at: EpochMs, isTheft = false): Promise<boolean> {
    return this.#database.write(() => {
      const user = this.#ending.endOne(id)
      if (user === undefined) return false
      this.#cutOff(id, at, { user, ...(isTheft ? { theft: true } : {}) })
      return true
    })
  }

  endAll(user: string, except: string | undefined, at: EpochMs): Promise<readonly string[]> {
    return this.#database.write(() => this.#endUsers(user, except, at))
  }

  list(user: string, now: EpochMs): Promise<readonly Session[]> {
    return this.#database.read(() => this.#list.all(user, now).map(sessionOf))
  }

  countByKey(now: EpochMs): Promise<ReadonlyMap<string, number>> {
    return this.#database.read(() => new Map(this.#countByKey.all(now).map(({ key_id: id, count }) => [id, count])))
  }

  async sweep(now: EpochMs, limit: number): Promise<number> {
    let swept = 0
    let after: string | undefined = ''
    while (after !== undefined && swept < limit) {
      const from: string = after
      const window = await this.#database.write(() => this.#sweepWindow(from, now, limit - swept))
      swept += window.swept
      after = window.last
    }
    return swept
  }

  #findNow(id: string): Session | undefined {
    const row = this.#find.get(id)
    return row === undefined ? undefined : sessionOf(row)
  }

  #endUsers(user: string, except: string | undefined, at: EpochMs): readonly string[] {
    const ended = this.#ending.endUsers(user, except)
    for (const id of ended) this.#cutOff(id, at, { user })
    return ended
  }

  #cutOff(id: string, at: EpochMs, cause: Cause): void {
    this.#log.append({ kind: 'cutoff', target: { kind: 'session', id }, mode: 'hard', at, cause })
  }

  /** @returns `last`: where to go on, undefined at the end of the table. */
  #sweepWindow(after: string, now: EpochMs, limit: number): { readonly swept: number; readonly last: string | undefined } {
    const rows = this.#sweepable.all(after, now)
    const dead = rows.filter((row) => row.is_dead === 1).slice(0, limit)
    for (const { id } of dead) this.#ending.endOne(id)
    return { swept: dead.length, last: rows.length < SWEPT_AT_ONCE ? undefined : rows.at(-1)?.id }
  }
}
