import { noContent } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const removeService: Operation = defineRoute({
  operationId: 'removeService',
  method: 'DELETE',
  path: '/v1/services/{id}',
  summary: 'Remove a service credential; its open feed ends.',
  authority: 'operator',
  responses: { 204: { description: 'The credential is dead.' } },
  async handle({ path: { id = '' } }, { credentials }) {
    await credentials.remove(id)
    return noContent()
  },
})
