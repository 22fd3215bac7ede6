import { noContent } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const removeUserPasskey: Operation = defineRoute({
  operationId: 'removeUserPasskey',
  method: 'DELETE',
  path: '/v1/users/{id}/factors/passkeys/{passkey}',
  summary: 'Take a passkey from an account whose owner has lost it. Make sure first who asks.',
  authority: 'operator',
  responses: { 204: { description: 'It signs nobody in any more. Older access tokens are dead.' } },
  async handle({ path: { id = '', passkey = '' } }, { passkeys }) {
    await passkeys.remove(id, passkey)
    return noContent()
  },
})
