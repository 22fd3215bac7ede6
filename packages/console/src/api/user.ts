import { send } from './request.ts'

export interface User {
  readonly id: string
  readonly email: string
  readonly email_verified: boolean
  readonly name: string | null
  /** `active` or `suspended`. */
  readonly status: string
  readonly roles: readonly string[]
  readonly groups: readonly string[]
  readonly created_at: string
  readonly updated_at: string
}

export interface NewUser {
  readonly email: string
  readonly name?: string
  readonly roles?: readonly string[]
  readonly email_verified?: boolean
  readonly password?: string
  readonly password_hash?: string
}

export interface Passkey {
  readonly id: string
  readonly name: string
  readonly synced: boolean
  readonly backed_up: boolean
  readonly created_at: string
  readonly last_used_at: string | null
}

export interface Factors {
  readonly totp: { readonly confirmed: boolean; readonly created_at: string } | null
  readonly passkeys: readonly Passkey[]
  readonly recovery_codes_left: number
}

/** A role for a while. */
export interface Elevation {
  readonly id: string
  readonly role: string
  readonly reason: string
  /** A user's id, or `local`: the administrator of the machine. */
  readonly started_by: string
  readonly started_at: string
  readonly ends_at: string
  readonly ended_at: string | null
  /** As `started_by`, or `clock`, or `suspension`. */
  readonly ended_by: string | null
  readonly active: boolean
}

const PAGE = 100

const pathOf = (user: string): string => `/v1/users/${encodeURIComponent(user)}`

/** One page, by id. @param search Part of the address or the name. */
export async function users(
  search: string,
  after: string | undefined,
  signal: AbortSignal,
): Promise<{ readonly items: readonly User[]; readonly next: string | null }> {
  const query = { limit: PAGE, search: search === '' ? undefined : search, after }
  const { users: items, next } = await send<{ readonly users: readonly User[]; readonly next: string | null }>('GET', '/v1/users', {
    query,
    signal,
  })
  return { items, next }
}

export async function findUser(id: string, signal?: AbortSignal): Promise<User> {
  return (await send<{ readonly user: User }>('GET', pathOf(id), signal === undefined ? {} : { signal })).user
}

export async function createUser(user: NewUser): Promise<User> {
  return (await send<{ readonly user: User }>('POST', '/v1/users', { body: user })).user
}

export interface UserChange {
  readonly roles?: readonly string[]
  readonly groups?: readonly string[]
  readonly status?: 'active' | 'suspended'
}

export async function changeUser(id: string, change: UserChange): Promise<User> {
  return (await send<{ readonly user: User }>('PATCH', pathOf(id), { body: change })).user
}

/** Nobody has to wait to sign in to it any more. */
export const unlockUser = (id: string): Promise<void> => send('DELETE', `${pathOf(id)}/sign-in-attempts`)

/** Leaves a mail with a link in the queue, if there is such an account. */
export const mailPasswordLink = async (email: string): Promise<void> => {
  await send('POST', '/v1/password-resets', { body: { email } })
}

export const factorsOf = (user: string, signal: AbortSignal): Promise<Factors> => send('GET', `${pathOf(user)}/factors`, { signal })

export const removeApp = (user: string): Promise<void> => send('DELETE', `${pathOf(user)}/factors/totp`)

export const removePasskey = (user: string, passkey: string): Promise<void> =>
  send('DELETE', `${pathOf(user)}/factors/passkeys/${encodeURIComponent(passkey)}`)

export async function elevationsOf(user: string, signal: AbortSignal): Promise<readonly Elevation[]> {
  return (await send<{ readonly elevations: readonly Elevation[] }>('GET', `${pathOf(user)}/elevations`, { signal })).elevations
}

export interface ElevationRequest {
  readonly role: string
  readonly minutes: number
  readonly reason: string
}

export async function startElevation(user: string, request: ElevationRequest): Promise<Elevation> {
  return (await send<{ readonly elevation: Elevation }>('POST', `${pathOf(user)}/elevations`, { body: request })).elevation
}

export const endElevation = (user: string, elevation: string): Promise<void> =>
  send('DELETE', `${pathOf(user)}/elevations/${encodeURIComponent(elevation)}`)

/** The names of the roles that bring scopes. */
export async function roleNames(signal: AbortSignal): Promise<readonly string[]> {
  return (await send<{ readonly roles: readonly { readonly name: string }[] }>('GET', '/v1/roles', { signal })).roles.map(
    ({ name }) => name,
  )
}
