import { AuthError } from 'countersign/core'
import * as z from 'zod'
import { json } from '../../answer.ts'
import { signedInUser } from '../../caller.ts'
import { showUser } from '../../representation.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { userSchema } from '../../schema.ts'

export const getMe: Operation = defineRoute({
  operationId: 'getMe',
  method: 'GET',
  path: '/v1/me',
  summary: 'Read the account of the caller.',
  authority: 'session',
  enrols: true,
  takesKeys: true,
  responses: { 200: { description: 'The account.', schema: z.strictObject({ user: userSchema }) } },
  async handle({ caller }, { accounts }) {
    const user = await accounts.find(signedInUser(caller).user)
    if (user === undefined) throw new AuthError('not_found')
    return json(200, { user: showUser(user) })
  },
})
