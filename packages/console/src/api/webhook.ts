import { send } from './request.ts'

export interface WebhookEndpoint {
  readonly id: string
  readonly url: string
  /** Null: everything, also what later versions add. */
  readonly events: readonly string[] | null
  readonly description: string | null
  /** `v1`: with a secret of the endpoint. `v1a`: with the key of the server. */
  readonly signature: string
  /** How many secrets sign at the moment. */
  readonly secrets: number
  readonly status: string
  readonly reason: string | null
  readonly failing_since: string | null
  readonly created_at: string
}

export interface WebhookBacklog {
  readonly webhook_endpoint: WebhookEndpoint
  readonly waiting: number
  readonly dead: number
  readonly oldest_at: string | null
}

export interface IssuedWebhookEndpoint {
  readonly webhook_endpoint: WebhookEndpoint
  /** Null where the server's own key signs. */
  readonly secret: string | null
}

export interface NewWebhookEndpoint {
  readonly url: string
  readonly events?: readonly string[]
  readonly description?: string
  readonly signature: string
}

/** Absent members stay as they are. */
export interface WebhookEndpointChange {
  readonly url?: string
  readonly events?: readonly string[] | null
  readonly description?: string | null
  readonly status?: string
}

export interface WebhookTest {
  readonly delivered: boolean
  readonly status: number | null
  readonly problem: string | null
}

const PATH = '/v1/webhook-endpoints'

const pathOf = (id: string, rest = ''): string => `${PATH}/${encodeURIComponent(id)}${rest}`

export async function listEndpoints(signal: AbortSignal): Promise<readonly WebhookEndpoint[]> {
  return (await send<{ webhook_endpoints: readonly WebhookEndpoint[] }>('GET', PATH, { signal })).webhook_endpoints
}

export const readEndpoint = (id: string, signal: AbortSignal): Promise<WebhookBacklog> =>
  send<WebhookBacklog>('GET', pathOf(id), { signal })

export const createEndpoint = (body: NewWebhookEndpoint): Promise<IssuedWebhookEndpoint> =>
  send<IssuedWebhookEndpoint>('POST', PATH, { body })

export const changeEndpoint = (id: string, body: WebhookEndpointChange): Promise<{ webhook_endpoint: WebhookEndpoint }> =>
  send<{ webhook_endpoint: WebhookEndpoint }>('PATCH', pathOf(id), { body })

export const removeEndpoint = (id: string): Promise<void> => send<void>('DELETE', pathOf(id))

export const testEndpoint = (id: string): Promise<WebhookTest> => send<WebhookTest>('POST', pathOf(id, '/test'))

export const rotateEndpointSecret = (id: string, overlapSeconds: number): Promise<IssuedWebhookEndpoint> =>
  send<IssuedWebhookEndpoint>('POST', pathOf(id, '/secret'), { body: { overlap_seconds: overlapSeconds } })

export interface WebhookEventType {
  readonly name: string
  readonly summary: string
}

interface ApiDocument {
  readonly webhooks?: Readonly<Record<string, { readonly post?: { readonly summary?: string } }>>
}

/** What this very server can tell of, as its OpenAPI document says. */
export async function listEventTypes(signal: AbortSignal): Promise<readonly WebhookEventType[]> {
  const { webhooks = {} } = await send<ApiDocument>('GET', '/openapi.json', { signal })
  return Object.entries(webhooks).map(([name, { post }]) => ({ name, summary: post?.summary ?? '' }))
}
