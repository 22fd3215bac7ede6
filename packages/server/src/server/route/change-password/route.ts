import * as z from 'zod'
import { answerSignedIn, transportOf } from '../../browser/index.ts'
import { signedInUser } from '../../caller.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { password, signedInAnswerSchema } from '../../schema.ts'

export const changePassword: Operation = defineRoute({
  operationId: 'changePassword',
  method: 'PUT',
  path: '/v1/me/password',
  summary: 'Change the password. Every older token and every other session is dead; this session gets new tokens.',
  authority: 'session',
  body: z.strictObject({ current_password: password, new_password: password }),
  responses: {
    200: { description: 'New tokens for the session that asked.', schema: signedInAnswerSchema },
    204: { description: 'Changed; the session that asked has ended meanwhile.' },
  },
  async handle({ body, caller, request }, services) {
    const { user, session } = signedInUser(caller)
    const signedIn = await services.accounts.changePassword({
      user,
      session,
      currentPassword: body.current_password,
      newPassword: body.new_password,
    })
    if (signedIn === undefined) return new Response(null, { status: 204 })
    return answerSignedIn(signedIn, { status: 200, transport: transportOf(request, services) }, services)
  },
})
