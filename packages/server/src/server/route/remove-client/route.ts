import { noContent } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const removeClient: Operation = defineRoute({
  operationId: 'removeClient',
  method: 'DELETE',
  path: '/v1/clients/{id}',
  summary: 'Remove a client. All that it holds ends at once, what people have allowed it is forgotten.',
  authority: 'operator',
  responses: { 204: { description: 'It is gone.' } },
  async handle({ path: { id = '' } }, { oauthClients }) {
    await oauthClients.remove(id)
    return noContent()
  },
})
