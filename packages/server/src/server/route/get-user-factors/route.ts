import { AuthError } from 'countersign/core'
import { json } from '../../answer.ts'
import { showFactors } from '../../factor-representation.ts'
import { factorsSchema } from '../../factor-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const getUserFactors: Operation = defineRoute({
  operationId: 'getUserFactors',
  method: 'GET',
  path: '/v1/users/{id}/factors',
  summary: 'The second factors of an account, for whoever helps its owner.',
  authority: 'operator',
  responses: { 200: { description: 'The second factors of the account.', schema: factorsSchema } },
  async handle({ path: { id = '' } }, services) {
    if ((await services.accounts.find(id)) === undefined) throw new AuthError('not_found', { user: id })
    return json(200, await showFactors(id, services))
  },
})
