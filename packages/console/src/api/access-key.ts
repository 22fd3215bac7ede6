import { type CallerKey, type KeyPage, keyQuery, type OwnerQuery } from './caller-key.ts'
import { send } from './request.ts'

export interface AccessKey extends CallerKey {
  readonly kind: string
  readonly window_seconds: number
  readonly public_key: Readonly<Record<string, string>> | null
  readonly temporary: boolean
  readonly session: string | null
  readonly parent: string | null
  readonly rotate_by: string | null
  readonly rotate_every_seconds: number | null
}

export interface IssuedAccessKey {
  readonly access_key: AccessKey
  /** `cs_sk_…`: in this answer only. Of a public key there is none. */
  readonly secret_access_key?: string
  readonly derived_keys?: Readonly<Record<string, string>>
}

type Body = Readonly<Record<string, unknown>>

const pathOf = (id: string): string => `/v1/access-keys/${encodeURIComponent(id)}`

export async function listAccessKeys(owner: OwnerQuery, after: string | undefined, signal: AbortSignal): Promise<KeyPage<AccessKey>> {
  const query = keyQuery(owner, after)
  const page = await send<{ access_keys: readonly AccessKey[]; next: string | null }>('GET', '/v1/access-keys', { query, signal })
  return { items: page.access_keys, next: page.next }
}

export const getAccessKey = async (id: string, signal: AbortSignal): Promise<AccessKey> =>
  (await send<{ access_key: AccessKey }>('GET', pathOf(id), { signal })).access_key

export const createAccessKey = (body: Body): Promise<IssuedAccessKey> => send<IssuedAccessKey>('POST', '/v1/access-keys', { body })

export const updateAccessKey = async (id: string, body: Body): Promise<AccessKey> =>
  (await send<{ access_key: AccessKey }>('PATCH', pathOf(id), { body })).access_key

export const rotateAccessKey = (id: string, body: Body): Promise<IssuedAccessKey> =>
  send<IssuedAccessKey>('POST', `${pathOf(id)}/rotate`, { body })

export const removeAccessKey = (id: string): Promise<void> => send<void>('DELETE', pathOf(id))
