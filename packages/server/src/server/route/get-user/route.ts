import { AuthError } from 'countersign/core'
import * as z from 'zod'
import { json } from '../../answer.ts'
import { showUser } from '../../representation.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { userSchema } from '../../schema.ts'

export const getUser: Operation = defineRoute({
  operationId: 'getUser',
  method: 'GET',
  path: '/v1/users/{id}',
  summary: 'Read one account.',
  authority: 'operator',
  responses: { 200: { description: 'The account.', schema: z.strictObject({ user: userSchema }) } },
  async handle({ path: { id = '' } }, { accounts }) {
    const user = await accounts.find(id)
    if (user === undefined) throw new AuthError('not_found', { user: id })
    return json(200, { user: showUser(user) })
  },
})
