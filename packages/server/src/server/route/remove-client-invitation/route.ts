import { noContent } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const removeClientInvitation: Operation = defineRoute({
  operationId: 'removeClientInvitation',
  method: 'DELETE',
  path: '/v1/client-invitations/{id}',
  summary: 'Take an initial access token back. Clients that have registered with it stay.',
  authority: 'operator',
  responses: { 204: { description: 'Nobody else registers with it.' } },
  async handle({ path: { id = '' } }, { clientInvitations }) {
    await clientInvitations.remove(id)
    return noContent()
  },
})
