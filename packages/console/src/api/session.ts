import { send } from './request.ts'

/** A device as it says of itself; all of it may be made up. */
export interface Device {
  readonly name: string | null
  readonly user_agent: string | null
  readonly address: string | null
  readonly browser: string | null
  readonly system: string | null
  readonly place: string | null
}

export interface Session {
  readonly id: string
  readonly user: string
  readonly client: string
  readonly device: Device
  readonly methods: readonly string[]
  readonly created_at: string
  readonly authenticated_at: string
  readonly last_used_at: string
  readonly expires_at: string
  readonly idle_expires_at: string
  /** The one that this console is used with. */
  readonly current: boolean
}

export const sessionsOf = async (user: string, signal: AbortSignal): Promise<readonly Session[]> =>
  (await send<{ readonly sessions: readonly Session[] }>('GET', '/v1/sessions', { query: { user }, signal })).sessions

export const endSession = (id: string): Promise<void> => send('DELETE', `/v1/sessions/${encodeURIComponent(id)}`)

/** All of one person. @returns the ids of those that ended. */
export const endSessionsOf = async (user: string): Promise<readonly string[]> =>
  (await send<{ readonly ended: readonly string[] }>('DELETE', '/v1/sessions', { query: { user } })).ended

/** One of everybody's. */
export interface ListedSession extends Session {
  /** Of its person. */
  readonly email: string
}

const PAGE = 100

/** Living sessions of all people, newest first, a page at a time. @param search Part of the address or the name of a person, or their id. */
export async function allSessions(
  search: string,
  after: string | undefined,
  signal: AbortSignal,
): Promise<{ readonly items: readonly ListedSession[]; readonly next: string | null }> {
  const query = { everyone: true, limit: PAGE, search: search === '' ? undefined : search, after }
  const { sessions: items, next } = await send<{ readonly sessions: readonly ListedSession[]; readonly next: string | null }>(
    'GET',
    '/v1/sessions',
    { query, signal },
  )
  return { items, next }
}
