import { noContent } from '../../answer.ts'
import { recentSession } from '../../recent-sign-in.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const removePasskey: Operation = defineRoute({
  operationId: 'removePasskey',
  method: 'DELETE',
  path: '/v1/me/factors/passkeys/{id}',
  summary:
    'Take a passkey out of use. Takes a sign-in or step-up of the last five minutes. Older access tokens are dead; sessions go on when they refresh, those that it has opened too: end them as well where it was lost.',
  authority: 'session',
  responses: { 204: { description: 'It signs nobody in any more. With the last second factor the recovery codes are gone.' } },
  async handle({ path: { id = '' }, caller }, services) {
    const { user } = await recentSession(caller, services)
    await services.passkeys.remove(user, id)
    return noContent()
  },
})
