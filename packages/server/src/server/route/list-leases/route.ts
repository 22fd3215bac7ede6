import * as z from 'zod'
import { json } from '../../answer.ts'
import { leaseCaller, leaseSchema, showLease } from '../../lease-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const listLeases: Operation = defineRoute({
  operationId: 'listLeases',
  method: 'GET',
  path: '/v1/leases',
  summary: 'List leases, the newest 200: all of them for an operator, the caller’s own for anybody else. `state=active`: those that stand.',
  authority: 'lease',
  query: z.strictObject({ state: z.enum(['active']).optional() }),
  responses: { 200: { description: 'Newest first.', schema: z.strictObject({ leases: z.array(leaseSchema) }) } },
  async handle({ query: { state }, caller, client }, { leases, platform }) {
    const now = platform.clock.now()
    const found = await leases.list(state === 'active', leaseCaller(caller, client))
    return json(200, { leases: found.map((lease) => showLease(lease, now)) })
  },
})
