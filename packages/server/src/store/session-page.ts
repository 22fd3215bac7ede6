import type { EpochMs } from 'countersign/core'
import type { DirectoryPage, DirectoryPlace, ListedSession, ListedSessions } from '../session/session-directory.ts'

/** Where a page begins, the newest first: nothing is newer. */
const NEWEST: DirectoryPlace = { createdAt: Number.MAX_SAFE_INTEGER, id: '' }
/** Whose sessions are put in order on the spot. Of more people some have signed in lately, so that walking along the sessions finds them. */
const FEW_PEOPLE = 200
/** So many sessions a page walks along. */
const WINDOW = 5_000

export interface Walk {
  readonly now: EpochMs
  readonly from: DirectoryPlace
  readonly limit: number
}

/** What a database answers about sessions. */
export interface SessionReader {
  /** Newest first. */
  all(walk: Walk): Promise<readonly ListedSession[]>
  /** Ids of people whom a search finds, so many at most: of who is named by the id, that one. */
  people(search: string, limit: number): Promise<readonly string[]>
  /** Newest first. */
  ofPeople(walk: Walk, people: readonly string[]): Promise<readonly ListedSession[]>
  /** Newest first, of so many sessions from a place on, those of people whom a search finds. */
  found(walk: Walk, search: string, window: number): Promise<readonly ListedSession[]>
  /** The last of so many sessions from a place on; undefined when there are fewer. */
  end(from: DirectoryPlace, window: number): Promise<DirectoryPlace | undefined>
}

/** One page. However many sessions there are, and whatever is searched for, it looks at no more than a window of them. */
export async function sessionPage(
  reader: SessionReader,
  { search, after = NEWEST, limit, now }: DirectoryPage,
  window: number = WINDOW,
  fewPeople: number = FEW_PEOPLE,
): Promise<ListedSessions> {
  const walk = { now, from: after, limit: limit + 1 }
  if (search === undefined) return pageOf(await reader.all(walk), limit)
  const people = await reader.people(search, fewPeople + 1)
  if (people.length <= fewPeople) return pageOf(await reader.ofPeople(walk, people), limit)
  const page = pageOf(await reader.found(walk, search, window), limit)
  return page.next === undefined ? { ...page, next: await reader.end(after, window) } : page
}

function pageOf(found: readonly ListedSession[], limit: number): ListedSessions {
  const sessions = found.slice(0, limit)
  const last = sessions.at(-1)?.session
  const next = found.length > limit && last !== undefined ? { createdAt: last.createdAt, id: last.id } : undefined
  return { sessions, next }
}
