import * as z from 'zod'
import { json } from '../../answer.ts'
import { showUser } from '../../representation.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { displayName, email, password, secretText, userSchema } from '../../schema.ts'

export const redeemSetup: Operation = defineRoute({
  operationId: 'redeemSetup',
  method: 'POST',
  path: '/v1/setup',
  summary: 'Create the first administrator with the token of the set-up link. Works once.',
  authority: 'public',
  body: z.strictObject({ token: secretText, email, password, name: displayName.optional() }),
  responses: { 201: { description: 'The administrator.', schema: z.strictObject({ user: userSchema }) } },
  async handle({ body: { token, email, password, name } }, { accounts }) {
    const user = await accounts.redeemSetup({ token, email, password, ...(name === undefined ? {} : { name }) })
    return json(201, { user: showUser(user) })
  },
})
