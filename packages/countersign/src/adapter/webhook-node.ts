import type { IncomingMessage, ServerResponse } from 'node:http'
import type { WebhookHandler, WebhookReceiver } from '../webhook/index.ts'
import { IncomingArrival } from './incoming-arrival.ts'
import { answerWebhook } from './webhook-answer.ts'

export type NodeWebhook = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/**
 * Receives webhooks on `node:http`: reads the bytes, verifies, hands each message to `handler` once, and answers.
 *
 * @throws what `handler` throws, and that a body parser was there first: both before anything was answered.
 */
export function webhooks(receiver: WebhookReceiver, handler: WebhookHandler): NodeWebhook {
  return async (request, response) => {
    const { status, headers, body } = await answerWebhook(receiver, new IncomingArrival(request), handler)
    response.writeHead(status, headers)
    response.end(body)
  }
}
