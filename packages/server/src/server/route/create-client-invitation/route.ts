import { json } from '../../answer.ts'
import { invitationBody, issuedInvitationSchema, showInvitation } from '../../client-invitation-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const createClientInvitation: Operation = defineRoute({
  operationId: 'createClientInvitation',
  method: 'POST',
  path: '/v1/client-invitations',
  summary: 'Make an initial access token (RFC 7591), with which clients register by themselves.',
  authority: 'operator',
  body: invitationBody,
  responses: { 201: { description: 'The token, shown this once, and what may be registered with it.', schema: issuedInvitationSchema } },
  async handle({ body }, { clientInvitations }) {
    const { invitation, token } = await clientInvitations.create({
      uses: body.uses,
      expiresAt: body.expires_at === undefined ? undefined : Date.parse(body.expires_at),
      kinds: body.kinds,
      grantTypes: body.grant_types,
      scopes: body.scopes,
    })
    return json(201, { ...showInvitation(invitation), initial_access_token: token })
  },
})
