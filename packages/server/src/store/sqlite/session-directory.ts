import type { DirectoryPage, DirectoryPlace, ListedSession, ListedSessions, SessionDirectory } from '../../session/session-directory.ts'
import { type SessionReader, sessionPage, type Walk } from '../session-page.ts'
import type { Database } from './database.ts'
import { type SessionRow, sessionOf } from './session-row.ts'
import type { Statement } from './statement.ts'

export interface ListedRow extends SessionRow {
  readonly email: string
}

export const listedOf = (row: ListedRow): ListedSession => ({ session: sessionOf(row), email: row.email })

export interface PlaceRow {
  readonly created_at: number
  readonly id: string
}

export const placeOf = (row: PlaceRow | undefined): DirectoryPlace | undefined => row && { createdAt: row.created_at, id: row.id }

const isLiving = 's.expires_at > ?1 AND s.idle_expires_at > ?1'
const newestFirst = 'ORDER BY s.created_at DESC, s.id DESC'

export class SqliteSessionDirectory implements SessionDirectory, SessionReader {
  readonly #database: Database
  readonly #all: Statement<ListedRow>
  readonly #person: Statement<{ readonly id: string }>
  readonly #people: Statement<{ readonly id: string }>
  readonly #ofPeople: Statement<ListedRow>
  readonly #found: Statement<ListedRow>
  readonly #end: Statement<PlaceRow>

  // CROSS JOIN: in this order, along the sessions as they were opened.
  constructor(database: Database) {
    this.#database = database
    this.#all = database.statement(`
      SELECT s.*, u.email FROM session s CROSS JOIN user u ON u.id = s.user_id
      WHERE (s.created_at, s.id) < (?2, ?3) AND ${isLiving} ${newestFirst} LIMIT ?4`)
    this.#person = database.statement('SELECT id FROM user WHERE id = ?')
    this.#people = database.statement('SELECT id FROM user WHERE instr(search_text, ?) > 0 LIMIT ?')
    this.#ofPeople = database.statement(`
      SELECT s.*, u.email FROM json_each(?5) found CROSS JOIN user u ON u.id = found.value CROSS JOIN session s ON s.user_id = u.id
      WHERE (s.created_at, s.id) < (?2, ?3) AND ${isLiving} ${newestFirst} LIMIT ?4`)
    this.#found = database.statement(`
      SELECT s.*, u.email FROM (
        SELECT * FROM session WHERE (created_at, id) < (?2, ?3) ORDER BY created_at DESC, id DESC LIMIT ?6
      ) s CROSS JOIN user u ON u.id = s.user_id
      WHERE ${isLiving} AND instr(u.search_text, ?5) > 0 ${newestFirst} LIMIT ?4`)
    this.#end = database.statement(`
      SELECT created_at, id FROM session WHERE (created_at, id) < (?1, ?2) ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET ?3`)
  }

  page(page: DirectoryPage): Promise<ListedSessions> {
    return sessionPage(this, page)
  }

  all({ now, from, limit }: Walk): Promise<readonly ListedSession[]> {
    return this.#database.read(() => this.#all.all(now, from.createdAt, from.id, limit).map(listedOf))
  }

  people(search: string, limit: number): Promise<readonly string[]> {
    return this.#database.read(() => {
      const person = this.#person.get(search)
      return person === undefined ? this.#people.all(search.toLowerCase(), limit).map(({ id }) => id) : [person.id]
    })
  }

  ofPeople({ now, from, limit }: Walk, people: readonly string[]): Promise<readonly ListedSession[]> {
    return this.#database.read(() => this.#ofPeople.all(now, from.createdAt, from.id, limit, JSON.stringify(people)).map(listedOf))
  }

  found({ now, from, limit }: Walk, search: string, window: number): Promise<readonly ListedSession[]> {
    return this.#database.read(() => this.#found.all(now, from.createdAt, from.id, limit, search.toLowerCase(), window).map(listedOf))
  }

  end(from: DirectoryPlace, window: number): Promise<DirectoryPlace | undefined> {
    return this.#database.read(() => placeOf(this.#end.get(from.createdAt, from.id, window - 1)))
  }
}
