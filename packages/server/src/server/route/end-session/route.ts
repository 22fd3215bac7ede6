import { noContent } from '../../answer.ts'
import { forgetCookies } from '../../browser/index.ts'
import { isOperator, signedInUser } from '../../caller.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const endSession: Operation = defineRoute({
  operationId: 'endSession',
  method: 'DELETE',
  path: '/v1/sessions/{id}',
  summary: 'End one session: an own one, or any for operators.',
  authority: 'session',
  enrols: true,
  responses: { 204: { description: 'The session has ended; its tokens are dead.' } },
  async handle({ path: { id = '' }, caller, request }, services) {
    const { sessions } = services
    await (isOperator(caller) ? sessions.end(id) : sessions.end(id, signedInUser(caller).user))
    return forgetCookies(noContent(), { request, caller, ended: [id] }, services)
  },
})
