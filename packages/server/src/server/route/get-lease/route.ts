import * as z from 'zod'
import { json } from '../../answer.ts'
import { leaseCaller, leaseEventSchema, leaseSchema, showLease, showLeaseEvent } from '../../lease-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const getLease: Operation = defineRoute({
  operationId: 'getLease',
  method: 'GET',
  path: '/v1/leases/{id}',
  summary: 'One lease, with who has started, opened and ended it, when and from where.',
  authority: 'lease',
  responses: { 200: { description: 'The lease.', schema: z.strictObject({ lease: leaseSchema, events: z.array(leaseEventSchema) }) } },
  async handle({ path: { id = '' }, caller, client }, { leases, platform }) {
    const { lease, events } = await leases.find(id, leaseCaller(caller, client))
    return json(200, { lease: showLease(lease, platform.clock.now()), events: events.map(showLeaseEvent) })
  },
})
