import { STATE_LIFE_SECONDS } from '../../../account/opaque/index.ts'
import { json } from '../../answer.ts'
import { deviceTokenOf } from '../../device.ts'
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
  async handle({ body, request, client }, { opaqueSignIn, sessionCookies }) {
    const deviceToken = deviceTokenOf(body.device, request, sessionCookies)
    const attempt = { account: body.email, address: client.address, deviceToken }
    const { signIn, loginResponse } = await opaqueSignIn.start(attempt, body.start_login_request)
    return json(200, { sign_in: signIn, login_response: loginResponse, expires_in: STATE_LIFE_SECONDS })
  },
})
