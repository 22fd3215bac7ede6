import * as z from 'zod'
import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { endpointSchema, ENDPOINTS_PATH, showEndpoint } from '../../webhook-schema.ts'

export const listWebhookEndpoints: Operation = defineRoute({
  operationId: 'listWebhookEndpoints',
  method: 'GET',
  path: ENDPOINTS_PATH,
  summary: 'List the endpoints of webhooks, oldest first.',
  authority: 'operator',
  responses: { 200: { description: 'All of them.', schema: z.strictObject({ webhook_endpoints: z.array(endpointSchema) }) } },
  async handle(_call, { webhookEndpoints, platform }) {
    const now = platform.clock.now()
    return json(200, { webhook_endpoints: (await webhookEndpoints.list()).map((each) => showEndpoint(each, now)) })
  },
})
