import * as z from 'zod'
import { json } from '../../answer.ts'
import { signedInUser } from '../../caller.ts'
import { identitySchema, showIdentity } from '../../identity-representation.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const listIdentities: Operation = defineRoute({
  operationId: 'listIdentities',
  method: 'GET',
  path: '/v1/me/identities',
  summary: 'The identities of other providers that the caller may sign in with.',
  authority: 'session',
  responses: { 200: { description: 'By the time they were connected.', schema: z.strictObject({ identities: z.array(identitySchema) }) } },
  async handle({ caller }, { federation }) {
    return json(200, { identities: (await federation.list(signedInUser(caller).user)).map(showIdentity) })
  },
})
