import * as z from 'zod'
import { json } from '../../answer.ts'
import { apiKeyId } from '../../api-key-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const reportApiKeyUses: Operation = defineRoute({
  operationId: 'reportApiKeyUses',
  method: 'POST',
  path: '/v1/api-keys/uses',
  summary: 'Report when API keys were last used, many at once. What stands there is a service’s word, and decides nothing.',
  authority: 'service',
  body: z.strictObject({ uses: z.array(z.strictObject({ id: apiKeyId, at: z.int().min(0) })).max(1000) }),
  responses: { 200: { description: 'They are written within a minute.', schema: z.strictObject({ accepted: z.int() }) } },
  handle({ body: { uses } }, { apiKeyUses }) {
    apiKeyUses.note(uses.map(({ id, at }) => ({ id, at: at * 1000 })))
    return json(200, { accepted: uses.length })
  },
})
