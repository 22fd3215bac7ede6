import * as z from 'zod'
import { json } from '../../answer.ts'
import { invitationSchema, showInvitation } from '../../client-invitation-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const listClientInvitations: Operation = defineRoute({
  operationId: 'listClientInvitations',
  method: 'GET',
  path: '/v1/client-invitations',
  summary: 'List what lets clients register by themselves.',
  authority: 'operator',
  responses: {
    200: {
      description:
        'Without their tokens, oldest first; for a month also those that have expired. `answered`: whether clients can register with them ' +
        '(`COUNTERSIGN_OAUTH_REGISTRATION`).',
      schema: z.strictObject({ client_invitations: z.array(invitationSchema), answered: z.boolean() }),
    },
  },
  async handle(_call, { clientInvitations, clientRegistrations }) {
    const invitations = (await clientInvitations.list()).map(showInvitation)
    return json(200, { client_invitations: invitations, answered: clientRegistrations !== undefined })
  },
})
