import type { DirectoryPage, DirectoryPlace, ListedSession, ListedSessions, SessionDirectory } from '../../session/session-directory.ts'
import { type SessionReader, sessionPage, type Walk } from '../session-page.ts'
import { type ListedRow, listedOf, placeOf, type PlaceRow } from '../sqlite/session-directory.ts'
import type { Database } from './database.ts'
import { statement } from './statement.ts'

const isLiving = 's.expires_at > $1 AND s.idle_expires_at > $1'
const newestFirst = 'ORDER BY s.created_at DESC, s.id DESC'

// Joined for each session that is shown, along the sessions as they were opened: a join of the whole tables is never cheaper for a page.
const all = statement<ListedRow>(
  'list all sessions',
  `
  SELECT s.*, (SELECT u.email FROM countersign.user_account u WHERE u.id = s.user_id) AS email FROM countersign.session s
  WHERE (s.created_at, s.id) < ($2, $3) AND ${isLiving} ${newestFirst} LIMIT $4`,
)
const person = statement<{ readonly id: string }>('find person with sessions', 'SELECT id FROM countersign.user_account WHERE id = $1')
const people = statement<{ readonly id: string }>(
  'find people with sessions',
  'SELECT id FROM countersign.user_account WHERE strpos(search_text, $1) > 0 LIMIT $2',
)
const ofPeople = statement<ListedRow>(
  'list sessions of people',
  `
  SELECT s.*, u.email FROM countersign.user_account u JOIN countersign.session s ON s.user_id = u.id
  WHERE u.id = ANY($5::text[]) AND (s.created_at, s.id) < ($2, $3) AND ${isLiving} ${newestFirst} LIMIT $4`,
)
const found = statement<ListedRow>(
  'list sessions found',
  `
  SELECT s.*, u.email FROM (
    SELECT * FROM countersign.session WHERE (created_at, id) < ($2, $3) ORDER BY created_at DESC, id DESC LIMIT $6
  ) s JOIN countersign.user_account u ON u.id = s.user_id
  WHERE ${isLiving} AND strpos(u.search_text, $5) > 0 ${newestFirst} LIMIT $4`,
)
const end = statement<PlaceRow>(
  'end of sessions found',
  `
  SELECT created_at, id FROM countersign.session WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET $3`,
)

export class PostgresSessionDirectory implements SessionDirectory, SessionReader {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  page(page: DirectoryPage): Promise<ListedSessions> {
    return sessionPage(this, page)
  }

  async all({ now, from, limit }: Walk): Promise<readonly ListedSession[]> {
    return (await this.#database.ask(all, now, from.createdAt, from.id, limit)).map(listedOf)
  }

  async people(search: string, limit: number): Promise<readonly string[]> {
    const named = await this.#database.ask(person, search)
    const found = named.length > 0 ? named : await this.#database.ask(people, search.toLowerCase(), limit)
    return found.map(({ id }) => id)
  }

  async ofPeople({ now, from, limit }: Walk, ids: readonly string[]): Promise<readonly ListedSession[]> {
    return (await this.#database.ask(ofPeople, now, from.createdAt, from.id, limit, ids)).map(listedOf)
  }

  async found({ now, from, limit }: Walk, search: string, window: number): Promise<readonly ListedSession[]> {
    return (await this.#database.ask(found, now, from.createdAt, from.id, limit, search.toLowerCase(), window)).map(listedOf)
  }

  async end(from: DirectoryPlace, window: number): Promise<DirectoryPlace | undefined> {
    return placeOf((await this.#database.ask(end, from.createdAt, from.id, window - 1))[0])
  }
}
