import { noContent } from '../../answer.ts'
import { isOperator, ownSession } from '../../caller.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const removeDeviceKey: Operation = defineRoute({
  operationId: 'removeDeviceKey',
  method: 'DELETE',
  path: '/v1/device-keys/{id}',
  summary: 'Remove a device: one of the caller’s own, or anybody’s by an operator. Its tokens end at every verifier.',
  authority: 'session',
  responses: { 204: { description: 'The device is out.' } },
  async handle({ path: { id = '' }, caller }, { deviceKeys }) {
    await deviceKeys.remove(id, isOperator(caller) ? undefined : ownSession(caller).user)
    return noContent()
  },
})
