import * as z from 'zod'
import { json } from '../../answer.ts'
import { exchangingClient } from '../../caller.ts'
import { defineRoute, type Operation } from '../../route.ts'

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

const printable = /^[^\p{Cc}]*$/u
const name = z.string().min(1).max(512).regex(printable)
/** RFC 6749 section 3.3. */
const scopes = z
  .string()
  .min(1)
  .max(2048)
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/)

const members = {
  grant_type: z.literal(GRANT),
  subject_token: z.string().min(1).max(16_384).regex(printable),
  subject_token_type: z.literal(ACCESS_TOKEN),
  requested_token_type: z.literal(ACCESS_TOKEN).optional(),
  audience: name.optional(),
  /** RFC 8707: an audience by another name. */
  resource: name.optional(),
  scope: scopes.optional(),
}

const body = z.strictObject(members)

export const exchangeToken: Operation = defineRoute<z.infer<typeof body>>({
  operationId: 'exchangeToken',
  method: 'POST',
  path: '/v1/tokens',
  summary:
    'Exchange the access token of a user for one to show to the next service (RFC 8693): for another audience, with no more than the first one has, and ending with it. With a `DPoP` header (RFC 9449) it is bound to that key.',
  authority: 'exchanger',
  body,
  form: z.object(members),
  responses: {
    200: {
      description: 'The new token (RFC 8693 section 2.2.1). There is no refresh token with it.',
      schema: z.strictObject({
        access_token: z.string(),
        issued_token_type: z.literal(ACCESS_TOKEN),
        token_type: z.enum(['Bearer', 'DPoP']),
        expires_in: z.int(),
        scope: z.string(),
      }),
    },
  },
  async handle({ body: asked, caller, request }, { tokenExchange, proofs, log }) {
    const actor = exchangingClient(caller)
    const dpopKey = await proofs.keyOf(request)
    const { accessToken, expiresInSeconds, scope, audience, subject } = await tokenExchange.exchange({
      subjectToken: asked.subject_token,
      actor,
      audience: asked.audience ?? asked.resource,
      scope: asked.scope?.split(' '),
      dpopKey,
    })
    log.info({ event: 'token_exchanged', actor, subject, audience, scope }, 'a token was exchanged')
    return json(200, {
      access_token: accessToken,
      issued_token_type: ACCESS_TOKEN,
      token_type: dpopKey === undefined ? 'Bearer' : 'DPoP',
      expires_in: expiresInSeconds,
      scope: scope.join(' '),
    })
  },
})
