import { json } from '../../answer.ts'
import { ownSession } from '../../caller.ts'
import { showFactors } from '../../factor-representation.ts'
import { factorsSchema } from '../../factor-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const getFactors: Operation = defineRoute({
  operationId: 'getFactors',
  method: 'GET',
  path: '/v1/me/factors',
  summary: 'What stands beside the password: the authenticator app, passkeys, and how many recovery codes are left.',
  authority: 'session',
  enrols: true,
  responses: { 200: { description: 'The second factors of the account.', schema: factorsSchema } },
  async handle({ caller }, services) {
    return json(200, await showFactors(ownSession(caller).user, services))
  },
})
