import { noContent } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const removeTotp: Operation = defineRoute({
  operationId: 'removeTotp',
  method: 'DELETE',
  path: '/v1/users/{id}/factors/totp',
  summary:
    'Take the authenticator app from an account whose owner has lost it, with the recovery codes if no passkey is left. Make sure first who asks.',
  authority: 'operator',
  responses: { 204: { description: 'Sign-in asks for no code of an app. Older access tokens are dead.' } },
  async handle({ path: { id = '' } }, { factors }) {
    await factors.remove(id)
    return noContent()
  },
})
