import { Problem } from './problem.ts'
import { send } from './request.ts'

/** Somebody else's application, as it is registered. */
export interface Client {
  readonly id: string
  readonly name: string
  /** `confidential`, `public` or `native`. */
  readonly kind: string
  readonly redirect_uris: readonly string[]
  readonly post_logout_redirect_uris: readonly string[]
  readonly grant_types: readonly string[]
  readonly scopes: readonly string[]
  readonly requires_dpop: boolean
  readonly requires_pushed_requests: boolean
  readonly requires_signed_requests: boolean
  /** How it proves itself; `none`: by PKCE alone. */
  readonly token_endpoint_auth_method: string
  /** By one of these names a client is known whose certificate a CA vouches for. */
  readonly tls_client_auth_subject_dn?: string
  readonly tls_client_auth_san_dns?: string
  readonly tls_client_auth_san_uri?: string
  readonly tls_client_auth_san_ip?: string
  readonly tls_client_auth_san_email?: string
  readonly tls_client_certificate_bound_access_tokens: boolean
  readonly client_uri: string | null
  readonly logo_uri: string | null
  readonly policy_uri: string | null
  readonly tos_uri: string | null
  readonly contacts: readonly string[]
  /** By which it has registered itself; null where an operator has. */
  readonly invitation: string | null
  readonly verified: boolean
  readonly backchannel_logout_uri: string | null
  readonly backchannel_logout_session_required: boolean
  readonly has_keys: boolean
  readonly disabled_at: string | null
  readonly created_at: string
}

export interface Clients {
  readonly clients: readonly Client[]
  /** Whether applications are let in at all. */
  readonly answered: boolean
}

export interface IssuedClient extends Client {
  /** In this answer only; absent of who keeps none. */
  readonly secret?: string
}

type Body = Readonly<Record<string, unknown>>

const PATH = '/v1/clients'

const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`

export const listClients = (signal?: AbortSignal): Promise<Clients> => send<Clients>('GET', PATH, signal === undefined ? {} : { signal })

export interface FoundClient {
  readonly client: Client
  readonly answered: boolean
}

/** The API has them all at once. @throws {Problem} `not_found`, as the server would say it. */
export async function findClient(id: string, signal?: AbortSignal): Promise<FoundClient> {
  const { clients, answered } = await listClients(signal)
  const client = clients.find((each) => each.id === id)
  if (client === undefined) throw new Problem({ status: 404, code: 'not_found', title: 'There is no such client.' })
  return { client, answered }
}

export const createClient = (body: Body): Promise<IssuedClient> => send<IssuedClient>('POST', PATH, { body })

/** Absent members stay as they are. */
export const changeClient = (id: string, body: Body): Promise<Client> => send<Client>('PATCH', pathOf(id), { body })

export const removeClient = (id: string): Promise<void> => send<void>('DELETE', pathOf(id))

/** @param overlapSeconds For so long the secret of before is taken as well. */
export const rotateClientSecret = (id: string, overlapSeconds: number): Promise<{ readonly secret: string }> =>
  send<{ secret: string }>('POST', `${pathOf(id)}/secret`, { body: { overlap_seconds: overlapSeconds } })

/** One end of a session that a client is told of (OpenID Connect Back-Channel Logout 1.0). */
export interface ClientDelivery {
  readonly id: string
  /** Which has ended. */
  readonly session: string
  readonly user: string
  readonly state: string
  readonly attempts: number
  readonly created_at: string
  /** When it is tried next. */
  readonly due_at: string | null
  /** When it was delivered, or given up. */
  readonly settled_at: string | null
  /** What the last attempt has come to. */
  readonly outcome: string | null
}

interface DeliveryPage {
  readonly items: readonly ClientDelivery[]
  readonly next: string | null
}

const PAGE = 100

/** Newest first. @param state Undefined: any. */
export async function listClientDeliveries(
  client: string,
  state: string | undefined,
  after: string | undefined,
  signal: AbortSignal,
): Promise<DeliveryPage> {
  const query = { state, after, limit: PAGE }
  const path = `${pathOf(client)}/deliveries`
  const { deliveries, next } = await send<{ deliveries: readonly ClientDelivery[]; next: string | null }>('GET', path, { query, signal })
  return { items: deliveries, next }
}
