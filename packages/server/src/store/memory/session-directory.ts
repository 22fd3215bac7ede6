import type { DirectoryPage, DirectoryPlace, ListedSession, ListedSessions, SessionDirectory } from '../../session/session-directory.ts'
import { searchTextOf } from '../sqlite/user-row.ts'
import { type SessionReader, sessionPage, type Walk } from '../session-page.ts'
import { hasExpired } from './session-store.ts'
import type { Tables } from './tables.ts'

export class MemorySessionDirectory implements SessionDirectory, SessionReader {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  page(page: DirectoryPage): Promise<ListedSessions> {
    return sessionPage(this, page)
  }

  async all(walk: Walk): Promise<readonly ListedSession[]> {
    return this.#living(walk, this.#from(walk.from)).slice(0, walk.limit)
  }

  async people(search: string, limit: number): Promise<readonly string[]> {
    return this.#found(search).slice(0, limit)
  }

  async ofPeople(walk: Walk, people: readonly string[]): Promise<readonly ListedSession[]> {
    const ids = new Set(people)
    return this.#living(walk, this.#from(walk.from))
      .filter(({ session }) => ids.has(session.user))
      .slice(0, walk.limit)
  }

  async found(walk: Walk, search: string, window: number): Promise<readonly ListedSession[]> {
    const ids = new Set(this.#found(search))
    return this.#living(walk, this.#from(walk.from).slice(0, window))
      .filter(({ session }) => ids.has(session.user))
      .slice(0, walk.limit)
  }

  async end(from: DirectoryPlace, window: number): Promise<DirectoryPlace | undefined> {
    const last = this.#from(from)[window - 1]?.session
    return last && { createdAt: last.createdAt, id: last.id }
  }

  #found(search: string): readonly string[] {
    if (this.#tables.users.has(search)) return [search]
    return [...this.#tables.users.values()]
      .filter(({ user: { email, name } }) => searchTextOf(email, name).includes(search.toLowerCase()))
      .map(({ user }) => user.id)
  }

  #from({ createdAt, id }: DirectoryPlace): readonly ListedSession[] {
    return [...this.#tables.sessions.values()]
      .filter((session) => session.createdAt < createdAt || (session.createdAt === createdAt && session.id < id))
      .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
      .map((session) => ({ session, email: this.#tables.users.get(session.user)?.user.email ?? '' }))
  }

  #living({ now }: Walk, listed: readonly ListedSession[]): readonly ListedSession[] {
    return listed.filter(({ session }) => !hasExpired(session, now))
  }
}
