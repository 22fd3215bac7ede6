import * as z from 'zod'
import { showAccessKey } from '../../access-key-representation.ts'
import { accessKeySchema } from '../../access-key-schema.ts'
import { json } from '../../answer.ts'
import { keyPage, keyQuery } from '../../key-page.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const listAccessKeys: Operation = defineRoute({
  operationId: 'listAccessKeys',
  method: 'GET',
  path: '/v1/access-keys',
  summary: 'List access keys, a page at a time: the caller’s own, or those of `user`, `service` or `everyone` for operators.',
  authority: 'session',
  query: keyQuery,
  responses: {
    200: {
      description: 'Without their secrets. `next` is the `after` of the following page; null on the last one.',
      schema: z.strictObject({ access_keys: z.array(accessKeySchema), next: z.string().nullable() }),
    },
  },
  async handle({ query, caller }, { accessKeys }) {
    const { keys, next } = await keyPage(query, caller, (page) => accessKeys.list(page))
    return json(200, { access_keys: keys.map(showAccessKey), next })
  },
})
