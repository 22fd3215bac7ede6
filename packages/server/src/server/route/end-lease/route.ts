import { noContent } from '../../answer.ts'
import { leaseCaller } from '../../lease-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const endLease: Operation = defineRoute({
  operationId: 'endLease',
  method: 'DELETE',
  path: '/v1/leases/{id}',
  summary:
    'End a lease before its time: password, sessions, tokens, and whatever else its user got meanwhile to sign in with, are dead at once.',
  authority: 'lease',
  responses: { 204: { description: 'It has ended.' } },
  async handle({ path: { id = '' }, caller, client }, { leases }) {
    await leases.end(id, leaseCaller(caller, client))
    return noContent()
  },
})
