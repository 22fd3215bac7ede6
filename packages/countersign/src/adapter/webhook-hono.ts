import type { WebhookHandler, WebhookReceiver } from '../webhook/index.ts'
import { arrivalOf } from './hono-arrival.ts'
import { answerWebhook } from './webhook-answer.ts'

export type HonoWebhook = (context: { readonly req: { readonly raw: Request }; readonly env: unknown }) => Promise<Response>

/**
 * Receives webhooks on Hono: `app.post('/webhooks', webhooks(receiver, handler))`, in front of whatever reads the body.
 *
 * @throws what `handler` throws, and that somebody has read the body before.
 */
export function webhooks(receiver: WebhookReceiver, handler: WebhookHandler): HonoWebhook {
  return async ({ req, env }) => {
    const { status, headers, body } = await answerWebhook(receiver, arrivalOf(req.raw, env), handler)
    return new Response(status === 204 ? null : body, { status, headers })
  }
}
