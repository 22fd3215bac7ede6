import { listAccessKeys } from './access-key.ts'
import { listApiKeys } from './api-key.ts'
import { send } from './request.ts'

/** What ends with a service. */
export interface Belongings {
  /** A service has 200 of them at most, so that they are all on one page. */
  readonly apiKeys: number
  readonly accessKeys: number
  /** false: there are more access keys than were counted. */
  readonly isAll: boolean
  readonly trustRules: number
}

export async function belongingsOf(service: string, signal: AbortSignal): Promise<Belongings> {
  const [apiKeys, accessKeys, { trust_rules: rules }] = await Promise.all([
    listApiKeys({ service }, undefined, signal),
    listAccessKeys({ service }, undefined, signal),
    send<{ readonly trust_rules: readonly { readonly service: string }[] }>('GET', '/v1/trust-rules', { signal }),
  ])
  return {
    apiKeys: apiKeys.items.length,
    accessKeys: accessKeys.items.length,
    isAll: accessKeys.next === null,
    trustRules: rules.filter((rule) => rule.service === service).length,
  }
}
