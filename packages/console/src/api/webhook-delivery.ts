import { send } from './request.ts'

export interface WebhookDelivery {
  readonly id: string
  readonly endpoint: string
  readonly type: string
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

export interface DeliverySelection {
  readonly endpoint: string
  readonly state?: string | undefined
  readonly since?: string | undefined
  readonly until?: string | undefined
}

interface Page<Item> {
  readonly items: readonly Item[]
  readonly next: string | null
}

const PATH = '/v1/webhook-deliveries'
const PAGE = 100

export async function listDeliveries(
  selection: DeliverySelection,
  after: string | undefined,
  signal: AbortSignal,
): Promise<Page<WebhookDelivery>> {
  const query = { ...selection, after, limit: PAGE }
  const found = await send<{ webhook_deliveries: readonly WebhookDelivery[]; next: string | null }>('GET', PATH, { query, signal })
  return { items: found.webhook_deliveries, next: found.next }
}

/** With the very text that is sent. */
export const readDelivery = (
  id: string,
  signal: AbortSignal,
): Promise<{ readonly webhook_delivery: WebhookDelivery; readonly payload: string }> =>
  send<{ webhook_delivery: WebhookDelivery; payload: string }>('GET', `${PATH}/${encodeURIComponent(id)}`, { signal })

export const replayDelivery = (id: string): Promise<void> => send<void>('POST', `${PATH}/${encodeURIComponent(id)}/replay`)

/** A thousand at most. `more`: there may be others. */
export const replayDeliveries = (selection: DeliverySelection): Promise<{ readonly replayed: number; readonly more: boolean }> =>
  send<{ replayed: number; more: boolean }>('POST', `${PATH}/replay`, { body: selection })
