import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { DELIVERIES_PATH, deliveryWithPayloadSchema, showDelivery } from '../../webhook-schema.ts'

export const getWebhookDelivery: Operation = defineRoute({
  operationId: 'getWebhookDelivery',
  method: 'GET',
  path: `${DELIVERIES_PATH}/{id}`,
  summary: 'One delivery of a webhook, with what is sent.',
  authority: 'operator',
  responses: { 200: { description: 'The delivery.', schema: deliveryWithPayloadSchema } },
  async handle({ path: { id = '' } }, { webhookDeliveries }) {
    const record = await webhookDeliveries.read(id)
    return json(200, { webhook_delivery: showDelivery(record), payload: record.payload })
  },
})
