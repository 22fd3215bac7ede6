import * as z from 'zod'
import { keyOwner } from '../../access-key-caller.ts'
import { showAccessKey } from '../../access-key-representation.ts'
import { accessKeySchema } from '../../access-key-schema.ts'
import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { userId } from '../../schema.ts'

export const listAccessKeys: Operation = defineRoute({
  operationId: 'listAccessKeys',
  method: 'GET',
  path: '/v1/access-keys',
  summary: 'List access keys, a page at a time: the caller’s own, or those of `user` or `service` for operators.',
  authority: 'session',
  query: z.strictObject({
    user: userId.optional(),
    service: userId.optional(),
    after: userId.optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  responses: {
    200: {
      description: 'Without their secrets. `next` is the `after` of the following page; null on the last one.',
      schema: z.strictObject({ access_keys: z.array(accessKeySchema), next: z.string().nullable() }),
    },
  },
  async handle({ query, caller }, { accessKeys }) {
    const { limit, after } = query
    // The machine's administrator is nobody in particular, and so sees the keys of all.
    const isAll = caller.kind === 'local' && query.user === undefined && query.service === undefined
    const page = { limit: limit + 1, ...(isAll ? {} : { owner: keyOwner(caller, query) }), ...(after === undefined ? {} : { after }) }
    const found = await accessKeys.list(page)
    const keys = found.slice(0, limit)
    return json(200, { access_keys: keys.map(showAccessKey), next: found.length > limit ? (keys.at(-1)?.id ?? null) : null })
  },
})
