import { noContent } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { DELIVERIES_PATH } from '../../webhook-schema.ts'

export const replayWebhookDelivery: Operation = defineRoute({
  operationId: 'replayWebhookDelivery',
  method: 'POST',
  path: `${DELIVERIES_PATH}/{id}/replay`,
  summary: 'Send one delivery of a webhook again, whatever has become of it, under the same id.',
  authority: 'operator',
  responses: { 204: { description: 'It will be sent.' } },
  async handle({ path: { id = '' } }, { webhookDeliveries }) {
    await webhookDeliveries.replay(id)
    return noContent()
  },
})
