import { type CallerKey, type KeyPage, keyQuery, type OwnerQuery } from './caller-key.ts'
import { send } from './request.ts'

export interface RateLimit {
  readonly requests: number
  readonly seconds: number
}

export interface ApiKey extends CallerKey {
  readonly environment: string
  readonly roles: readonly string[]
  readonly rate_limit: RateLimit | null
  readonly tags: readonly string[]
  readonly last_used_at: string | null
}

export interface IssuedApiKey {
  readonly api_key: ApiKey
  /** `cs_live_…`: in this answer only. */
  readonly key: string
}

type Body = Readonly<Record<string, unknown>>

const pathOf = (id: string): string => `/v1/api-keys/${encodeURIComponent(id)}`

export async function listApiKeys(owner: OwnerQuery, after: string | undefined, signal: AbortSignal): Promise<KeyPage<ApiKey>> {
  const query = keyQuery(owner, after)
  const page = await send<{ api_keys: readonly ApiKey[]; next: string | null }>('GET', '/v1/api-keys', { query, signal })
  return { items: page.api_keys, next: page.next }
}

export const getApiKey = async (id: string, signal: AbortSignal): Promise<ApiKey> =>
  (await send<{ api_key: ApiKey }>('GET', pathOf(id), { signal })).api_key

export const createApiKey = (body: Body): Promise<IssuedApiKey> => send<IssuedApiKey>('POST', '/v1/api-keys', { body })

export const updateApiKey = async (id: string, body: Body): Promise<ApiKey> =>
  (await send<{ api_key: ApiKey }>('PATCH', pathOf(id), { body })).api_key

export const rotateApiKey = (id: string, body: Body): Promise<IssuedApiKey> => send<IssuedApiKey>('POST', `${pathOf(id)}/rotate`, { body })

export const removeApiKey = (id: string): Promise<void> => send<void>('DELETE', pathOf(id))
