import * as z from 'zod'
import { json } from '../../answer.ts'
import { signedInUser } from '../../caller.ts'
import { showSignedIn } from '../../representation.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { password, signedInSchema } from '../../schema.ts'

export const changePassword: Operation = defineRoute({
  operationId: 'changePassword',
  method: 'PUT',
  path: '/v1/me/password',
  summary: 'Change the password. Every older token and every other session is dead; this session gets new tokens.',
  authority: 'session',
  body: z.strictObject({ current_password: password, new_password: password }),
  responses: {
    200: { description: 'New tokens for the session that asked.', schema: signedInSchema },
    204: { description: 'Changed; the session that asked has ended meanwhile.' },
  },
  async handle({ body, caller }, { accounts }) {
    const { user, session } = signedInUser(caller)
    const signedIn = await accounts.changePassword({
      user,
      session,
      currentPassword: body.current_password,
      newPassword: body.new_password,
    })
    return signedIn === undefined ? new Response(null, { status: 204 }) : json(200, showSignedIn(signedIn))
  },
})
