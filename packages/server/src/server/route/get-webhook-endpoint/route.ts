import { json } from '../../answer.ts'
import { moment } from '../../representation.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { ENDPOINTS_PATH, endpointWithBacklogSchema, showEndpoint } from '../../webhook-schema.ts'

export const getWebhookEndpoint: Operation = defineRoute({
  operationId: 'getWebhookEndpoint',
  method: 'GET',
  path: `${ENDPOINTS_PATH}/{id}`,
  summary: 'One endpoint of webhooks, and how much waits for it.',
  authority: 'operator',
  responses: { 200: { description: 'The endpoint.', schema: endpointWithBacklogSchema } },
  async handle({ path: { id = '' } }, { webhookEndpoints, platform }) {
    const endpoint = await webhookEndpoints.read(id)
    const { waiting, dead, oldestAt } = await webhookEndpoints.backlog(id)
    const shown = showEndpoint(endpoint, platform.clock.now())
    return json(200, { webhook_endpoint: shown, waiting, dead, oldest_at: oldestAt === undefined ? null : moment(oldestAt) })
  },
})
