import { type Clock, toEpochSeconds } from 'countersign/core'
import { signWebhook, type WebhookSecret, webhookSecret, type WebhookSigningKey } from 'countersign/webhook'
import { type Outbound, OutboundError } from '../outbound.ts'
import { secretsAt, type WebhookEndpoint } from './webhook-endpoint.ts'

export interface WebhookSenderOptions {
  readonly outbound: Outbound
  readonly clock: Clock
  /** Opens what was sealed for this endpoint. */
  readonly open: (endpoint: string, sealed: string) => string
  /** The server's own keys: the first is the present one. */
  readonly signingKeys: readonly WebhookSigningKey[]
}

/** What became of one call: the status of the answer, or why there was none. */
export type Sent = { readonly status: number } | { readonly problem: string }

/** Signs a message for an endpoint and calls it. The answer's content is neither kept nor shown to anybody: it is the status that counts. */
export class WebhookSender {
  readonly #options: WebhookSenderOptions

  constructor(options: WebhookSenderOptions) {
    this.#options = options
  }

  /** @param id Of the event: the same at each attempt. Time and signatures are of this one. */
  async send(endpoint: WebhookEndpoint, id: string, body: string, signal: AbortSignal): Promise<Sent> {
    const { outbound, clock } = this.#options
    const signed = signWebhook({ id, sentAt: toEpochSeconds(clock.now()), body }, this.#keysOf(endpoint))
    const headers = { 'content-type': 'application/json', 'user-agent': 'countersign', ...signed }
    try {
      const { status } = await outbound.post({ url: endpoint.url, headers, body, signal })
      return { status }
    } catch (error) {
      if (error instanceof OutboundError) return { problem: error.code }
      throw error
    }
  }

  #keysOf(endpoint: WebhookEndpoint): readonly (WebhookSecret | WebhookSigningKey)[] {
    const { clock, open, signingKeys } = this.#options
    if (endpoint.signature === 'v1a') return signingKeys
    return secretsAt(endpoint, clock.now()).map(({ sealed }) => webhookSecret(open(endpoint.id, sealed)))
  }
}
