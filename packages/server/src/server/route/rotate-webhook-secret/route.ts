import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { ENDPOINTS_PATH, issuedEndpointSchema, rotationBody, showEndpoint } from '../../webhook-schema.ts'

export const rotateWebhookSecret: Operation = defineRoute({
  operationId: 'rotateWebhookSecret',
  method: 'POST',
  path: `${ENDPOINTS_PATH}/{id}/secret`,
  summary: 'Give an endpoint a new secret. For a while messages have the signatures of both.',
  authority: 'operator',
  body: rotationBody,
  responses: { 201: { description: 'The new secret, which is shown this once.', schema: issuedEndpointSchema } },
  async handle({ path: { id = '' }, body }, { webhookEndpoints, platform }) {
    const { endpoint, secret } = await webhookEndpoints.rotateSecret(id, body.overlap_seconds)
    return json(201, { webhook_endpoint: showEndpoint(endpoint, platform.clock.now()), secret: secret ?? null })
  },
})
