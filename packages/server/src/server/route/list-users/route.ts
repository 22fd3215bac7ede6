import * as z from 'zod'
import { json } from '../../answer.ts'
import { showUser } from '../../representation.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { userId, userSchema } from '../../schema.ts'

export const listUsers: Operation = defineRoute({
  operationId: 'listUsers',
  method: 'GET',
  path: '/v1/users',
  summary: 'List accounts, a page at a time.',
  authority: 'operator',
  query: z.strictObject({
    search: z.string().min(1).max(200).optional(),
    after: userId.optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  responses: {
    200: {
      description: '`next` is the `after` of the following page; null on the last one.',
      schema: z.strictObject({ users: z.array(userSchema), next: z.string().nullable() }),
    },
  },
  async handle({ query: { search, after, limit } }, { accounts }) {
    const page = { limit: limit + 1, ...(search === undefined ? {} : { search }), ...(after === undefined ? {} : { after }) }
    const found = await accounts.list(page)
    const users = found.slice(0, limit)
    return json(200, { users: users.map(showUser), next: found.length > limit ? (users.at(-1)?.id ?? null) : null })
  },
})
