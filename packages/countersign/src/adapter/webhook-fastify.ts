import type { IncomingMessage, ServerResponse } from 'node:http'
import type { WebhookHandler, WebhookReceiver } from '../webhook/index.ts'
import { webhooks as nodeWebhooks } from './webhook-node.ts'

export type FastifyWebhook = (
  request: { readonly raw: IncomingMessage },
  reply: { readonly raw: ServerResponse; hijack(): unknown },
) => Promise<void>

/**
 * Receives webhooks on Fastify 5, as `onRequest`, since Fastify parses bodies after it:
 * `app.post('/webhooks', { onRequest: webhooks(receiver, handler) }, () => {})`. The route's own handler is never reached.
 */
export function webhooks(receiver: WebhookReceiver, handler: WebhookHandler): FastifyWebhook {
  const receive = nodeWebhooks(receiver, handler)
  return async (request, reply) => {
    await receive(request.raw, reply.raw)
    // It has been answered.
    reply.hijack()
  }
}
