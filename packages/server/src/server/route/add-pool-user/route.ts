import * as z from 'zod'
import { json } from '../../answer.ts'
import { poolName, poolUserSchema, showPoolUser } from '../../lease-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { displayName, email, groups, roles } from '../../schema.ts'

export const addPoolUser: Operation = defineRoute({
  operationId: 'addPoolUser',
  method: 'POST',
  path: '/v1/lease-users',
  summary: 'Create a test user of a pool: nobody can sign in as them unless they are leased.',
  authority: 'operator',
  body: z.strictObject({ pool: poolName, email, name: displayName.optional(), roles: roles.optional(), groups: groups.optional() }),
  responses: { 201: { description: 'They can be leased.', schema: z.strictObject({ lease_user: poolUserSchema }) } },
  async handle({ body: { pool, email: address, name, roles: given = [], groups: member = [] } }, { leases }) {
    const profile = { email: address, roles: given, groups: member, ...(name === undefined ? {} : { name }) }
    return json(201, { lease_user: showPoolUser(await leases.addUser(profile, pool)) })
  },
})
