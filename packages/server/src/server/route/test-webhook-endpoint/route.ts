import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { ENDPOINTS_PATH, endpointTestSchema } from '../../webhook-schema.ts'

export const testWebhookEndpoint: Operation = defineRoute({
  operationId: 'testWebhookEndpoint',
  method: 'POST',
  path: `${ENDPOINTS_PATH}/{id}/test`,
  summary: 'Send one event of type `webhook.test` to an endpoint, at once and once.',
  authority: 'operator',
  responses: { 200: { description: 'What has become of it.', schema: endpointTestSchema } },
  async handle({ path: { id = '' }, request }, { webhookEndpoints }) {
    const sent = await webhookEndpoints.test(id, request.signal)
    if ('problem' in sent) return json(200, { delivered: false, status: null, problem: sent.problem })
    return json(200, { delivered: sent.status >= 200 && sent.status < 300, status: sent.status, problem: null })
  },
})
