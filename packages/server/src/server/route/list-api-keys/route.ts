import * as z from 'zod'
import { json } from '../../answer.ts'
import { showApiKey } from '../../api-key-representation.ts'
import { apiKeySchema } from '../../api-key-schema.ts'
import { keyPage, keyQuery } from '../../key-page.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const listApiKeys: Operation = defineRoute({
  operationId: 'listApiKeys',
  method: 'GET',
  path: '/v1/api-keys',
  summary: 'List API keys, a page at a time: the caller’s own, or those of `user`, `service` or `everyone` for operators.',
  authority: 'session',
  query: keyQuery,
  responses: {
    200: {
      description: 'Never the keys themselves. `next` is the `after` of the following page; null on the last one.',
      schema: z.strictObject({ api_keys: z.array(apiKeySchema), next: z.string().nullable() }),
    },
  },
  async handle({ query, caller }, { apiKeys }) {
    const { keys, next } = await keyPage(query, caller, (page) => apiKeys.list(page))
    return json(200, { api_keys: keys.map(showApiKey), next })
  },
})
