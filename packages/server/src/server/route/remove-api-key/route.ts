import { apiKeyActor } from '../../access-key-caller.ts'
import { noContent } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const removeApiKey: Operation = defineRoute({
  operationId: 'removeApiKey',
  method: 'DELETE',
  path: '/v1/api-keys/{id}',
  summary: 'Remove an API key.',
  authority: 'session',
  responses: { 204: { description: 'The key is dead, at every verifier.' } },
  async handle({ path: { id = '' }, caller }, services) {
    await services.apiKeys.remove(id, await apiKeyActor(caller, services))
    return noContent()
  },
})
