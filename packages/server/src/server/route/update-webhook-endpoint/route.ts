import * as z from 'zod'
import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { endpointBody, endpointSchema, ENDPOINTS_PATH, showEndpoint } from '../../webhook-schema.ts'

export const updateWebhookEndpoint: Operation = defineRoute({
  operationId: 'updateWebhookEndpoint',
  method: 'PATCH',
  path: `${ENDPOINTS_PATH}/{id}`,
  summary: 'Change an endpoint of webhooks; pause, disable or enable it.',
  authority: 'operator',
  body: endpointBody,
  responses: { 200: { description: 'As it is now.', schema: z.strictObject({ webhook_endpoint: endpointSchema }) } },
  async handle({ path: { id = '' }, body }, { webhookEndpoints, platform }) {
    return json(200, { webhook_endpoint: showEndpoint(await webhookEndpoints.update(id, body), platform.clock.now()) })
  },
})
