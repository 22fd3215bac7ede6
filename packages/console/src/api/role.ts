import { send } from './request.ts'

export interface Role {
  readonly name: string
  /** What it brings. */
  readonly scope: readonly string[]
  /** `configuration`: only a restart changes it. `database`. */
  readonly source: string
  readonly changed_at: string | null
}

export interface Roles {
  readonly roles: readonly Role[]
  /** Scopes that no role brings any more, and that no application is given for anybody. */
  readonly reserved: readonly string[]
}

const PATH = '/v1/roles'

const pathOf = (name: string): string => `${PATH}/${encodeURIComponent(name)}`

export const listRoles = (signal?: AbortSignal): Promise<Roles> => send<Roles>('GET', PATH, signal === undefined ? {} : { signal })

/** @param scope All that it brings from then on. */
export const setRole = (name: string, scope: readonly string[]): Promise<Role> => send<Role>('PUT', pathOf(name), { body: { scope } })

export const removeRole = (name: string): Promise<void> => send<void>('DELETE', pathOf(name))

export const releaseScope = (scope: string): Promise<void> => send<void>('POST', '/v1/reserved-scopes/release', { body: { scope } })

export interface Holders {
  readonly people: number
  /** false: there are more accounts than were looked through. */
  readonly isAll: boolean
}

interface UserPage {
  readonly users: readonly { readonly roles: readonly string[] }[]
  readonly next: string | null
}

/** The most that the server gives at once. */
const PAGE = 200
const PAGES = 10

/** How many accounts have a role for good. The server does not search by it: the accounts are looked through, so many at most. */
export async function holdersOf(role: string, signal: AbortSignal): Promise<Holders> {
  let people = 0
  let after: string | undefined
  for (let pages = 0; pages < PAGES; pages++) {
    const page: UserPage = await send<UserPage>('GET', '/v1/users', { query: { limit: PAGE, after }, signal })
    people += page.users.filter(({ roles }) => roles.includes(role)).length
    if (page.next === null) return { people, isAll: true }
    after = page.next
  }
  return { people, isAll: false }
}
