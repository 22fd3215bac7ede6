import { AuthError, problemOf, refusals } from '../core/index.ts'
import type { ArrivedRequest } from '../verifier/index.ts'
import type { WebhookHandler, WebhookReceiver } from '../webhook/index.ts'

/** What the sender is told. */
export interface WebhookAnswer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: string
}

const taken: WebhookAnswer = { status: 204, headers: {}, body: '' }

/**
 * Takes one message: 204 for what was handled, now or before; a refusal as problem details.
 *
 * @throws what is no refusal: of the handler, or of a body that a parser has read before.
 */
export async function answerWebhook(
  receiver: WebhookReceiver,
  arrival: Pick<ArrivedRequest, 'values' | 'body'>,
  handler: WebhookHandler,
): Promise<WebhookAnswer> {
  try {
    const body = await arrival.body(receiver.bodyLimitBytes)
    await receiver.receive((name) => arrival.values(name), body, handler)
    return taken
  } catch (thrown) {
    if (!(thrown instanceof AuthError)) throw thrown
    return {
      status: refusals[thrown.code].status,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
      body: JSON.stringify(problemOf(thrown)),
    }
  }
}
