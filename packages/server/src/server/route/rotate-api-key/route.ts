import * as z from 'zod'
import { apiKeyActor } from '../../access-key-caller.ts'
import { moment } from '../../access-key-schema.ts'
import { json } from '../../answer.ts'
import { showIssuedApiKey } from '../../api-key-representation.ts'
import { apiKeyOverlapSeconds, issuedApiKeySchema, momentOf } from '../../api-key-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const rotateApiKey: Operation = defineRoute({
  operationId: 'rotateApiKey',
  method: 'POST',
  path: '/v1/api-keys/{id}/rotate',
  summary:
    'Replace an API key by a new one with the same settings; the old one goes on for `overlap_seconds`, a day unless told otherwise.',
  authority: 'session',
  body: z.strictObject({ overlap_seconds: apiKeyOverlapSeconds.optional(), expires_at: moment.nullable().optional() }),
  responses: { 201: { description: 'The new key, which is shown this once.', schema: issuedApiKeySchema } },
  async handle({ path: { id = '' }, body, caller }, services) {
    const rotation = { overlapSeconds: body.overlap_seconds, expiresAt: momentOf(body.expires_at) }
    return json(201, showIssuedApiKey(await services.apiKeys.rotate(id, await apiKeyActor(caller, services), rotation)))
  },
})
