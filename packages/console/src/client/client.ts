import type { Client, ClientDelivery } from '../api/client.ts'
import type { ClientInvitation } from '../api/client-invitation.ts'
import { client as text, clientDelivery, clientForm, clients } from '../message/en/client.ts'

export const CODE = 'authorization_code'
const MACHINE = 'client_credentials'

type Tone = 'plain' | 'accent' | 'warning' | 'danger' | 'live'

/** `unverified`: it has registered itself, and nobody here stands by it. */
export type ClientState = 'active' | 'unverified' | 'disabled'

export function stateOf({ disabled_at, verified }: Pick<Client, 'disabled_at' | 'verified'>): ClientState {
  if (disabled_at !== null) return 'disabled'
  return verified ? 'active' : 'unverified'
}

export const stateTones: Readonly<Record<ClientState, Tone>> = { active: 'live', unverified: 'warning', disabled: 'danger' }

/** What is not known here is shown as the server says it. */
export const kindName = (kind: string): string => clients.kinds[kind] ?? kind
export const grantName = (grant: string): string => clients.grants[grant] ?? grant
export const grantNames = (grants: readonly string[]): string => grants.map(grantName).join(', ')

/** What nobody signs in to is told nothing of people. */
export const isForPeople = (grants: readonly string[]): boolean => grants.some((grant) => grant !== MACHINE)

/** By what a client proves itself, with the name that is expected in its certificate. */
export function proofText(client: Client): string {
  const method = client.token_endpoint_auth_method
  const [, name] = nameOf(client) ?? []
  return [text.proofs[method] ?? method, ...(name === undefined ? [] : [name])].join(' ')
}

const properties = Object.keys(clientForm.properties) as (keyof Client & `tls_client_auth_${string}`)[] // as the text names them

function nameOf(client: Client): readonly [string, string] | undefined {
  const property = properties.find((each) => client[each] !== undefined)
  return property === undefined ? undefined : [property, client[property] ?? '']
}

/** What a client has to do beyond the least. */
export const askedOf = (client: Client): readonly string[] => [
  ...(client.requires_dpop ? [clientForm.dpop] : []),
  ...(client.tls_client_certificate_bound_access_tokens ? [clientForm.certificateBound] : []),
  ...(client.requires_pushed_requests ? [clientForm.push] : []),
  ...(client.requires_signed_requests ? [clientForm.signed] : []),
]

export const deliveryTone = (state: string): Tone => (state === 'dead' ? 'danger' : state === 'waiting' ? 'warning' : 'plain')
export const deliveryState = (state: string): string => clientDelivery.states[state] ?? state

/** Why there was no answer is told as a word; a status as it came. */
export const outcomeText = ({ outcome }: Pick<ClientDelivery, 'outcome'>): string =>
  outcome === null ? clientDelivery.noAttempt : (clientDelivery.outcomes[outcome] ?? outcome)

export type InvitationState = 'open' | 'used' | 'expired'

/** @param now Milliseconds since 1970. */
export function invitationState({ uses_left, expires_at }: ClientInvitation, now: number): InvitationState {
  if (Date.parse(expires_at) <= now) return 'expired'
  return uses_left === 0 ? 'used' : 'open'
}

/** Where the page of a client stands. */
export const clientPath = (id: string): string => `/console/clients/${encodeURIComponent(id)}`
