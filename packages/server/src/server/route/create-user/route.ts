import * as z from 'zod'
import { json } from '../../answer.ts'
import { showUser } from '../../representation.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { displayName, email, password, roles, userSchema } from '../../schema.ts'

/** Sign-up. Open to everyone; giving roles is for operators. */
export const createUser: Operation = defineRoute({
  operationId: 'createUser',
  method: 'POST',
  path: '/v1/users',
  summary: 'Create an account. `roles` may only be given by an operator.',
  authority: 'public',
  body: z.strictObject({ email, password, name: displayName.optional(), roles: roles.optional() }),
  responses: { 201: { description: 'The account was created.', schema: z.strictObject({ user: userSchema }) } },
  async handle({ body, requireOperator }, { accounts }) {
    if (body.roles !== undefined) await requireOperator()
    const { email, password, name, roles = [] } = body
    const user = await accounts.signUp({ email, password, roles, ...(name === undefined ? {} : { name }) })
    return json(201, { user: showUser(user) })
  },
})
