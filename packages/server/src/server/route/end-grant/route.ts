import { noContent } from '../../answer.ts'
import { signedInUser } from '../../caller.ts'
import { endOwnGrant } from '../../oauth-grant.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const endGrant: Operation = defineRoute({
  operationId: 'endGrant',
  method: 'DELETE',
  path: '/v1/me/grants/{id}',
  summary: 'Take access back from an application: its tokens end at once.',
  authority: 'session',
  responses: { 204: { description: 'It has none any more.' } },
  async handle({ path: { id = '' }, caller }, services) {
    await endOwnGrant(signedInUser(caller).user, id, services)
    return noContent()
  },
})
