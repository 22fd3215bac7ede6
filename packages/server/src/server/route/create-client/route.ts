import { json } from '../../answer.ts'
import { clientPagesOf } from '../../client-pages-schema.ts'
import { mutualTlsOf } from '../../mutual-tls-schema.ts'
import { clientBody, issuedClientSchema, showClient } from '../../oauth-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const createClient: Operation = defineRoute({
  operationId: 'createClient',
  method: 'POST',
  path: '/v1/clients',
  summary: 'Register an application of others, which may then ask people for access.',
  authority: 'operator',
  body: clientBody,
  responses: { 201: { description: 'The client; the secret, where it has one, is shown this once.', schema: issuedClientSchema } },
  async handle({ body }, { oauthClients }) {
    const { client, secret } = await oauthClients.create({
      name: body.name,
      kind: body.kind,
      redirectUris: body.redirect_uris,
      postLogoutRedirectUris: body.post_logout_redirect_uris,
      grantTypes: body.grant_types,
      scopes: body.scopes,
      requiresDpop: body.requires_dpop,
      requiresPush: body.requires_pushed_requests,
      requiresSigning: body.requires_signed_requests,
      ...mutualTlsOf(body),
      ...clientPagesOf(body),
      backchannelLogoutUri: body.backchannel_logout_uri,
      backchannelLogoutSessionRequired: body.backchannel_logout_session_required,
      jwks: body.jwks,
    })
    return json(201, { ...showClient(client), ...(secret === undefined ? {} : { secret }) })
  },
})
