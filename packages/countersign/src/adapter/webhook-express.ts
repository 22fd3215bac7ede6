import type { IncomingMessage, ServerResponse } from 'node:http'
import type { WebhookHandler, WebhookReceiver } from '../webhook/index.ts'
import { webhooks as nodeWebhooks } from './webhook-node.ts'

export type ExpressWebhook = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void

/**
 * Receives webhooks on Express 5: `app.post('/webhooks', webhooks(receiver, handler))`, in front of `express.json()`. What the handler throws,
 * and that a parser was there first, is the application's error handler's.
 */
export function webhooks(receiver: WebhookReceiver, handler: WebhookHandler): ExpressWebhook {
  const receive = nodeWebhooks(receiver, handler)
  return (request, response, next) => {
    receive(request, response).catch(next)
  }
}
