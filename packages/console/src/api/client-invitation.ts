import { send } from './request.ts'

/** What lets clients register by themselves, within limits (RFC 7591). */
export interface ClientInvitation {
  readonly id: string
  readonly kinds: readonly string[]
  readonly grant_types: readonly string[]
  readonly scopes: readonly string[]
  readonly uses_left: number
  readonly created_at: string
  readonly expires_at: string
}

export interface ClientInvitations {
  readonly client_invitations: readonly ClientInvitation[]
  /** Whether clients can register with them. */
  readonly answered: boolean
}

export interface IssuedClientInvitation extends ClientInvitation {
  /** `cs_iat_…`: in this answer only. */
  readonly initial_access_token: string
}

const PATH = '/v1/client-invitations'

export const listClientInvitations = (signal: AbortSignal): Promise<ClientInvitations> => send<ClientInvitations>('GET', PATH, { signal })

export const createClientInvitation = (body: Readonly<Record<string, unknown>>): Promise<IssuedClientInvitation> =>
  send<IssuedClientInvitation>('POST', PATH, { body })

export const removeClientInvitation = (id: string): Promise<void> => send<void>('DELETE', `${PATH}/${encodeURIComponent(id)}`)
