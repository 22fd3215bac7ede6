import { AuthError } from 'countersign/core'
import { json } from '../../answer.ts'
import { clientPagesOf } from '../../client-pages-schema.ts'
import { clientChangeBody, clientSchema, showClient } from '../../oauth-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const updateClient: Operation = defineRoute({
  operationId: 'updateClient',
  method: 'PATCH',
  path: '/v1/clients/{id}',
  summary:
    'Change what a client is registered as. Disabling it ends all that it holds at once; what loses a scope or a grant fetches its tokens anew.',
  authority: 'operator',
  body: clientChangeBody,
  responses: { 200: { description: 'As it is now.', schema: clientSchema } },
  async handle({ path: { id = '' }, body }, { oauthClients }) {
    const { disabled, ...settings } = body
    const isChanged = Object.keys(settings).length > 0
    if (!isChanged && disabled === undefined)
      throw new AuthError('request_invalid', { pointer: '', problem: 'must name what is to be changed' })
    // First what may be refused. Disabling comes last, and is never left undone by it.
    if (isChanged) {
      await oauthClients.update(id, {
        name: body.name,
        redirectUris: body.redirect_uris,
        postLogoutRedirectUris: body.post_logout_redirect_uris,
        grantTypes: body.grant_types,
        scopes: body.scopes,
        requiresDpop: body.requires_dpop,
        requiresPush: body.requires_pushed_requests,
        requiresSigning: body.requires_signed_requests,
        requiresCertificate: body.tls_client_certificate_bound_access_tokens,
        backchannelLogoutUri: body.backchannel_logout_uri,
        backchannelLogoutSessionRequired: body.backchannel_logout_session_required,
        jwks: body.jwks,
        ...clientPagesOf(body),
        isVerified: body.verified,
      })
    }
    if (disabled !== undefined) await oauthClients.setDisabled(id, disabled)
    return json(200, showClient(await oauthClients.find(id)))
  },
})
