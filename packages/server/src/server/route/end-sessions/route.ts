import * as z from 'zod'
import { actOn } from '../../../audit/index.ts'
import { json } from '../../answer.ts'
import { forgetCookies } from '../../browser/index.ts'
import { ownSession } from '../../caller.ts'
import { InvalidRequest } from '../../field-error.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { userId } from '../../schema.ts'
import { sessionOwner } from '../list-sessions/route.ts'

export const endSessions: Operation = defineRoute({
  operationId: 'endSessions',
  method: 'DELETE',
  path: '/v1/sessions',
  summary: 'Sign out everywhere, or everywhere else with `except=current`.',
  authority: 'session',
  enrols: true,
  query: z.strictObject({ except: z.literal('current').optional(), user: userId.optional() }),
  responses: { 200: { description: 'The sessions that ended.', schema: z.strictObject({ ended: z.array(z.string()) }) } },
  async handle({ query, caller, request }, services) {
    const { sessions } = services
    if (query.except === undefined) {
      const owner = sessionOwner(caller, query.user)
      actOn('user', owner)
      const ended = await sessions.endAll(owner)
      return forgetCookies(json(200, { ended }), { request, caller, ended }, services)
    }
    const { user, session } = ownSession(caller)
    if (query.user !== undefined && query.user !== user) {
      throw new InvalidRequest([{ pointer: '/except', detail: 'only makes sense for your own sessions' }])
    }
    return json(200, { ended: await sessions.endOthers(user, session) })
  },
})
