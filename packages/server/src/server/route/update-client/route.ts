import * as z from 'zod'
import { json } from '../../answer.ts'
import { clientSchema, showClient } from '../../oauth-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const updateClient: Operation = defineRoute({
  operationId: 'updateClient',
  method: 'PATCH',
  path: '/v1/clients/{id}',
  summary: 'Disable a client, which ends all that it holds at once, or let it begin anew.',
  authority: 'operator',
  body: z.strictObject({ disabled: z.boolean() }),
  responses: { 200: { description: 'As it is now.', schema: clientSchema } },
  async handle({ path: { id = '' }, body }, { oauthClients }) {
    await oauthClients.setDisabled(id, body.disabled)
    return json(200, showClient(await oauthClients.find(id)))
  },
})
