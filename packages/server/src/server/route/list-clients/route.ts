import * as z from 'zod'
import { json } from '../../answer.ts'
import { clientSchema, showClient } from '../../oauth-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const listClients: Operation = defineRoute({
  operationId: 'listClients',
  method: 'GET',
  path: '/v1/clients',
  summary: 'List the applications of others.',
  authority: 'operator',
  responses: {
    200: {
      description: 'All of them, oldest first. `answered`: whether applications are let in at all (`COUNTERSIGN_OAUTH`).',
      schema: z.strictObject({ clients: z.array(clientSchema), answered: z.boolean() }),
    },
  },
  async handle(_call, { oauthClients, oauth }) {
    return json(200, { clients: (await oauthClients.list()).map(showClient), answered: oauth !== undefined })
  },
})
