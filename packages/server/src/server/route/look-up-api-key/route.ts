import { AuthError } from 'countersign/core'
import * as z from 'zod'
import { json } from '../../answer.ts'
import { showApiKeyRecord } from '../../api-key-representation.ts'
import { apiKeyId, apiKeyRecordSchema } from '../../api-key-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const lookUpApiKey: Operation = defineRoute({
  operationId: 'lookUpApiKey',
  method: 'POST',
  path: '/v1/api-keys/lookup',
  summary: 'Ask for what verifies an API key: its hash, never the key, and whose it is.',
  authority: 'service',
  body: z.strictObject({ id: apiKeyId }),
  responses: { 200: { description: 'What a verifier may hold until the log says otherwise.', schema: apiKeyRecordSchema } },
  async handle({ body: { id } }, { apiKeys }) {
    const living = await apiKeys.living(id)
    if (living === undefined) throw new AuthError('not_found')
    return json(200, showApiKeyRecord(living))
  },
})
