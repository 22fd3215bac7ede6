import { noContent } from '../../answer.ts'
import { forgetCookies } from '../../browser/index.ts'
import { ownSession } from '../../caller.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const endCurrentSession: Operation = defineRoute({
  operationId: 'endCurrentSession',
  method: 'DELETE',
  path: '/v1/sessions/current',
  summary: 'Sign out.',
  authority: 'session',
  enrols: true,
  // Of the session that it hangs on.
  takesKeys: true,
  responses: { 204: { description: 'The session has ended; its tokens are dead.' } },
  async handle({ caller, request }, services) {
    const { user, session } = ownSession(caller)
    await services.sessions.end(session, user)
    return forgetCookies(noContent(), { request, caller, ended: [session] }, services)
  },
})
