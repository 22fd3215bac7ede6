import { noContent } from '../../answer.ts'
import { recentSession } from '../../recent-sign-in.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const removeIdentity: Operation = defineRoute({
  operationId: 'removeIdentity',
  method: 'DELETE',
  path: '/v1/me/identities/{id}',
  summary: 'Disconnect an identity, after a recent sign-in. Refused (`last_way_in`) where nothing else would be left to sign in with.',
  authority: 'session',
  responses: { 204: { description: 'It signs nobody in any more, and older access tokens are dead.' } },
  async handle({ caller, path: { id = '' } }, services) {
    const { user } = await recentSession(caller, services)
    await services.federation.unlink(user, id)
    return noContent()
  },
})
