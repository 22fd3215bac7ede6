import * as z from 'zod'
import { json } from '../../answer.ts'
import { poolName, poolUserSchema, showPoolUser } from '../../lease-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { userId } from '../../schema.ts'

export const listPoolUsers: Operation = defineRoute({
  operationId: 'listPoolUsers',
  method: 'GET',
  path: '/v1/lease-users',
  summary: 'List the test users of a pool, or of all: 200 at a time, by id.',
  authority: 'operator',
  query: z.strictObject({ pool: poolName.optional(), after: userId.optional() }),
  responses: { 200: { description: 'By id.', schema: z.strictObject({ lease_users: z.array(poolUserSchema) }) } },
  async handle({ query: { pool, after } }, { leases }) {
    return json(200, { lease_users: (await leases.users(pool, after)).map(showPoolUser) })
  },
})
