import { keyActor } from '../../access-key-caller.ts'
import { noContent } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const removeAccessKey: Operation = defineRoute({
  operationId: 'removeAccessKey',
  method: 'DELETE',
  path: '/v1/access-keys/{id}',
  summary: 'Remove an access key, with every temporary key and token that was made from it.',
  authority: 'session',
  responses: { 204: { description: 'The key is dead, at every verifier.' } },
  async handle({ path: { id = '' }, caller }, services) {
    await services.accessKeys.remove(id, await keyActor(caller, services))
    return noContent()
  },
})
