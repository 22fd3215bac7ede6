import { noContent } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { ENDPOINTS_PATH } from '../../webhook-schema.ts'

export const removeWebhookEndpoint: Operation = defineRoute({
  operationId: 'removeWebhookEndpoint',
  method: 'DELETE',
  path: `${ENDPOINTS_PATH}/{id}`,
  summary: 'Remove an endpoint of webhooks, with all that waits for it and was sent to it.',
  authority: 'operator',
  responses: { 204: { description: 'It is told nothing any more.' } },
  async handle({ path: { id = '' } }, { webhookEndpoints }) {
    await webhookEndpoints.remove(id)
    return noContent()
  },
})
