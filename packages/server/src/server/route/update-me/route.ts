import * as z from 'zod'
import { json } from '../../answer.ts'
import { signedInUser } from '../../caller.ts'
import { showUser } from '../../representation.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { displayName, userSchema } from '../../schema.ts'

export const updateMe: Operation = defineRoute({
  operationId: 'updateMe',
  method: 'PATCH',
  path: '/v1/me',
  summary: 'Change the name of the caller; null takes it away. Tokens do not hold it and stay good.',
  authority: 'session',
  body: z.strictObject({ name: displayName.nullable() }),
  responses: { 200: { description: 'The account after the change.', schema: z.strictObject({ user: userSchema }) } },
  async handle({ body: { name }, caller }, { accounts }) {
    return json(200, { user: showUser(await accounts.rename(signedInUser(caller).user, name ?? undefined)) })
  },
})
