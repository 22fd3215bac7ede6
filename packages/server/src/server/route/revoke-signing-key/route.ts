import { noContent } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const revokeSigningKey: Operation = defineRoute({
  operationId: 'revokeSigningKey',
  method: 'DELETE',
  path: '/v1/signing-keys/{kid}',
  summary: 'Revoke one signing key: everything it has signed is dead at once.',
  authority: 'operator',
  responses: { 204: { description: 'The key is revoked.' } },
  async handle({ path: { kid = '' } }, { keys }) {
    await keys.revoke(kid)
    return noContent()
  },
})
