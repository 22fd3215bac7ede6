import { STATE_LIFE_SECONDS } from '../../../account/opaque/index.ts'
import { json } from '../../answer.ts'
import { opaqueSignInBody, opaqueSignInSchema } from '../../opaque-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const startOpaqueSignIn: Operation = defineRoute({
  operationId: 'startOpaqueSignIn',
  method: 'POST',
  path: '/v1/opaque/sessions',
  summary: 'First message of a sign-in by OPAQUE (RFC 9807). Whoever is asked for, the answer looks the same.',
  authority: 'public',
  body: opaqueSignInBody,
  responses: { 200: { description: 'What the client goes on with, if it has the password.', schema: opaqueSignInSchema } },
  async handle({ body }, { opaqueSignIn }) {
    const { signIn, loginResponse } = await opaqueSignIn.start(body.email, body.start_login_request)
    return json(200, { sign_in: signIn, login_response: loginResponse, expires_in: STATE_LIFE_SECONDS })
  },
})
