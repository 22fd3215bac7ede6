import { type KeyPage, keyQuery, type OwnerQuery } from './caller-key.ts'
import { send } from './request.ts'

export interface DeviceKey {
  readonly id: string
  readonly name: string
  readonly user: string
  readonly scope: readonly string[]
  /** Null: all that the owner has. */
  readonly roles: readonly string[] | null
  readonly created_at: string
  readonly expires_at: string | null
}

export async function listDeviceKeys(
  owner: Pick<OwnerQuery, 'user'>,
  after: string | undefined,
  signal: AbortSignal,
): Promise<KeyPage<DeviceKey>> {
  const query = keyQuery(owner, after)
  const page = await send<{ device_keys: readonly DeviceKey[]; next: string | null }>('GET', '/v1/device-keys', { query, signal })
  return { items: page.device_keys, next: page.next }
}

export const removeDeviceKey = (id: string): Promise<void> => send<void>('DELETE', `/v1/device-keys/${encodeURIComponent(id)}`)
