import * as z from 'zod'
import { json } from '../../answer.ts'
import { deviceNameOf, deviceOf, deviceTokenOf } from '../../device.ts'
import { factorOf, factorProof } from '../../factor-schema.ts'
import { opaqueSessionBody } from '../../opaque-schema.ts'
import { showOpaqueSignedIn } from '../../representation.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { givenDevice, opaqueSignedInSchema } from '../../schema.ts'

export const confirmOpaqueSignIn: Operation = defineRoute({
  operationId: 'confirmOpaqueSignIn',
  method: 'POST',
  path: '/v1/opaque/sessions/confirm',
  summary:
    'Sign in by OPAQUE. Both sides have then the key that signs the requests of the session; tokens are given to whoever asks for them.',
  authority: 'public',
  body: z.strictObject({ ...opaqueSessionBody, ...factorProof, device: givenDevice.optional(), tokens: z.boolean().default(false) }),
  responses: { 201: { description: 'The session, and the id of the key that signs for it.', schema: opaqueSignedInSchema } },
  async handle({ body, request, client }, { opaqueSignIn, sessionCookies }) {
    const proof = { signIn: body.sign_in, finishLoginRequest: body.finish_login_request }
    const device = deviceOf(request, client, deviceNameOf(body.device))
    const deviceToken = deviceTokenOf(body.device, request, sessionCookies)
    const signedIn = await opaqueSignIn.finish(proof, { device, deviceToken, factor: factorOf(body) })
    return json(201, showOpaqueSignedIn(signedIn, body.tokens))
  },
})
