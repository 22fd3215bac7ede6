import { json } from '../../answer.ts'
import { operatorName } from '../../caller.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { ENDPOINTS_PATH, issuedEndpointSchema, newEndpointBody, showEndpoint } from '../../webhook-schema.ts'

export const createWebhookEndpoint: Operation = defineRoute({
  operationId: 'createWebhookEndpoint',
  method: 'POST',
  path: ENDPOINTS_PATH,
  summary: 'Have an address told of what happens here, by Standard Webhooks.',
  authority: 'operator',
  body: newEndpointBody,
  responses: { 201: { description: 'The endpoint, and its secret, which is shown this once.', schema: issuedEndpointSchema } },
  async handle({ body: { url, events, description, signature }, caller }, { webhookEndpoints, platform }) {
    const { endpoint, secret } = await webhookEndpoints.create(operatorName(caller), { url, events, description, signature })
    return json(201, { webhook_endpoint: showEndpoint(endpoint, platform.clock.now()), secret: secret ?? null })
  },
})
