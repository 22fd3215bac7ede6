import * as z from 'zod'
import { keyOwner } from '../../access-key-caller.ts'
import { json } from '../../answer.ts'
import { showApiKey } from '../../api-key-representation.ts'
import { apiKeySchema } from '../../api-key-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { userId } from '../../schema.ts'

export const listApiKeys: Operation = defineRoute({
  operationId: 'listApiKeys',
  method: 'GET',
  path: '/v1/api-keys',
  summary: 'List API keys, a page at a time: the caller’s own, or those of `user` or `service` for operators.',
  authority: 'session',
  query: z.strictObject({
    user: userId.optional(),
    service: userId.optional(),
    after: userId.optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  responses: {
    200: {
      description: 'Never the keys themselves. `next` is the `after` of the following page; null on the last one.',
      schema: z.strictObject({ api_keys: z.array(apiKeySchema), next: z.string().nullable() }),
    },
  },
  async handle({ query, caller }, { apiKeys }) {
    const { limit, after } = query
    // The machine's administrator is nobody in particular, and so sees the keys of all.
    const isAll = caller.kind === 'local' && query.user === undefined && query.service === undefined
    const page = { limit: limit + 1, ...(isAll ? {} : { owner: keyOwner(caller, query) }), ...(after === undefined ? {} : { after }) }
    const found = await apiKeys.list(page)
    const keys = found.slice(0, limit)
    return json(200, { api_keys: keys.map(showApiKey), next: found.length > limit ? (keys.at(-1)?.id ?? null) : null })
  },
})
