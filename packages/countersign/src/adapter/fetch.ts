import type { WebhookHandler, WebhookReceiver } from '../webhook/index.ts'
import { arrivalOf } from './hono-arrival.ts'
import { answerWebhook } from './webhook-answer.ts'

export type FetchWebhook = (request: Request) => Promise<Response>

/**
 * Receives webhooks wherever requests and answers are those of fetch.
 *
 * @throws what `handler` throws, and that somebody has read the body before.
 */
export function webhooks(receiver: WebhookReceiver, handler: WebhookHandler): FetchWebhook {
  return async (request) => {
    const { status, headers, body } = await answerWebhook(receiver, arrivalOf(request, undefined), handler)
    return new Response(status === 204 ? null : body, { status, headers })
  }
}
