import { AuthError, type Clock } from 'countersign/core'
import type { DeliveryHistory, DeliveryPage, DeliveryRecord, DeliverySelection } from '../delivery-history.ts'
import type { DeliveryStore } from '../delivery-store.ts'
import { WEBHOOK } from './webhook-event.ts'

export interface WebhookDeliveriesOptions {
  readonly store: DeliveryStore
  readonly history: DeliveryHistory
  readonly clock: Clock
  /** Told when there is something to deliver. */
  readonly onJob: () => void
}

const DAY_MS = 86_400_000
/** So long what was delivered can be looked at and sent again. */
export const KEPT_FOR_MS: number = 7 * DAY_MS
/** At once, so that nobody waits behind it. */
export const MOST_REPLAYED = 1000
const SWEPT_AT_ONCE = 5000

/** What was sent to endpoints, is to be sent, or was given up; and sending it again. */
export class WebhookDeliveries {
  readonly #options: WebhookDeliveriesOptions

  constructor(options: WebhookDeliveriesOptions) {
    this.#options = options
  }

  list(page: Omit<DeliveryPage, 'kind'>): Promise<readonly DeliveryRecord[]> {
    return this.#options.history.list({ ...page, kind: WEBHOOK })
  }

  /** @throws {AuthError} `not_found`. */
  async read(id: string): Promise<DeliveryRecord> {
    const found = await this.#options.history.find(WEBHOOK, id)
    if (found === undefined) throw new AuthError('not_found', { delivery: id })
    return found
  }

  /** Sends one again, whatever has become of it, under the same id. @throws {AuthError} `not_found`; `conflict` when its endpoint is disabled. */
  async replay(id: string): Promise<void> {
    const { history, clock, onJob } = this.#options
    const { destination } = await this.read(id)
    await this.#requireEnabled(destination)
    if (!(await history.repeat(WEBHOOK, id, clock.now()))) throw new AuthError('not_found', { delivery: id })
    onJob()
  }

  /**
   * Sends again what was settled, oldest first, a thousand at most.
   *
   * @returns how many.
   * @throws {AuthError} `not_found`; `conflict` when the endpoint is disabled.
   */
  async replayAll(selection: Omit<DeliverySelection, 'kind' | 'destination'> & { readonly destination: string }): Promise<number> {
    const { history, clock, onJob } = this.#options
    await this.#requireEnabled(selection.destination)
    const count = await history.repeatAll({ ...selection, kind: WEBHOOK }, MOST_REPLAYED, clock.now())
    onJob()
    return count
  }

  /** Drops what was delivered long ago. */
  async sweep(): Promise<number> {
    return this.#options.history.sweep(this.#options.clock.now() - KEPT_FOR_MS, SWEPT_AT_ONCE)
  }

  async #requireEnabled(endpoint: string): Promise<void> {
    const found = await this.#options.store.find(endpoint)
    if (found?.kind !== WEBHOOK) throw new AuthError('not_found', { endpoint })
    if (found.state === 'shut') throw new AuthError('conflict', { endpoint, reason: 'disabled' })
  }
}
