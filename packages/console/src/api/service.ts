import { send } from './request.ts'

export interface Service {
  readonly id: string
  readonly name: string
  readonly created_at: string
}

export interface IssuedService {
  readonly id: string
  readonly name: string
  /** `cs_svc_…`: in this answer only. */
  readonly credential: string
}

export const listServices = async (signal: AbortSignal): Promise<readonly Service[]> =>
  (await send<{ services: readonly Service[] }>('GET', '/v1/services', { signal })).services

export const createService = (name: string): Promise<IssuedService> => send<IssuedService>('POST', '/v1/services', { body: { name } })

export const removeService = (id: string): Promise<void> => send<void>('DELETE', `/v1/services/${encodeURIComponent(id)}`)
