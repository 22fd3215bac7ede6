import { noContent } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const removePoolUser: Operation = defineRoute({
  operationId: 'removePoolUser',
  method: 'DELETE',
  path: '/v1/lease-users/{id}',
  summary: 'Take a test user out of their pool. They stay suspended, without a password. `conflict` while somebody has them.',
  authority: 'operator',
  responses: { 204: { description: 'They are in no pool.' } },
  async handle({ path: { id = '' } }, { leases }) {
    await leases.removeUser(id)
    return noContent()
  },
})
