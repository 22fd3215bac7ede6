import * as z from 'zod'
import { apiKeyActor } from '../../access-key-caller.ts'
import { json } from '../../answer.ts'
import { showApiKey } from '../../api-key-representation.ts'
import { apiKeySchema } from '../../api-key-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const getApiKey: Operation = defineRoute({
  operationId: 'getApiKey',
  method: 'GET',
  path: '/v1/api-keys/{id}',
  summary: 'Show an API key: an own one, the one that calls, or any for operators.',
  authority: 'session',
  takesKeys: true,
  responses: { 200: { description: 'Never the key itself.', schema: z.strictObject({ api_key: apiKeySchema }) } },
  async handle({ path: { id = '' }, caller }, services) {
    return json(200, { api_key: showApiKey(await services.apiKeys.find(id, await apiKeyActor(caller, services))) })
  },
})
