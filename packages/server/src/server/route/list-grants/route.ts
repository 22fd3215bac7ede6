import * as z from 'zod'
import { json } from '../../answer.ts'
import { signedInUser } from '../../caller.ts'
import { grantSchema, showGrant } from '../../oauth-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const listGrants: Operation = defineRoute({
  operationId: 'listGrants',
  method: 'GET',
  path: '/v1/me/grants',
  summary: 'List the applications that have access to the own account.',
  authority: 'session',
  responses: { 200: { description: 'What was allowed to whom.', schema: z.strictObject({ grants: z.array(grantSchema) }) } },
  async handle({ caller }, { store }) {
    const grants = await store.oauth.grantsOf(signedInUser(caller).user)
    const shown = await Promise.all(grants.map(async (grant) => showGrant(grant, await store.oauthClients.find(grant.client))))
    return json(200, { grants: shown })
  },
})
