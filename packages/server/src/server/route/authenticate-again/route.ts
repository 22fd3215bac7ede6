import * as z from 'zod'
import { answerSignedIn, transportOf } from '../../browser/index.ts'
import { ownSession } from '../../caller.ts'
import { deviceOf } from '../../device.ts'
import { factorOf, factorProof } from '../../factor-schema.ts'
import { InvalidRequest } from '../../field-error.ts'
import { opaqueProof } from '../../opaque-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { password, signedInAnswerSchema } from '../../schema.ts'
import { idempotencyKeyOf } from '../refresh-session/route.ts'

export const authenticateAgain: Operation = defineRoute({
  operationId: 'authenticateAgain',
  method: 'POST',
  path: '/v1/sessions/current/authentication',
  summary:
    'Prove once more who you are, where a service answers `step_up_required` (RFC 9470): with a second factor, if the account has one, otherwise with the password. `Idempotency-Key` as for a refresh.',
  authority: 'session',
  enrols: true,
  body: z.strictObject({ password: password.optional(), opaque: opaqueProof.optional(), ...factorProof }),
  responses: { 200: { description: 'New tokens, with a younger `auth_time`. Those of before are dead.', schema: signedInAnswerSchema } },
  async handle({ body, caller, request, client }, services) {
    const { user, session } = ownSession(caller)
    const { password: given, opaque } = body
    const factor = factorOf(body, session)
    if (given !== undefined && opaque !== undefined)
      throw new InvalidRequest([{ pointer: '/opaque', detail: 'must not be there beside password' }])
    if (given === undefined && opaque === undefined && factor === undefined) {
      throw new InvalidRequest([{ pointer: '/password', detail: 'is required, or another proof' }])
    }
    const signedIn = await services.stepUp.reauthenticate({
      user,
      session,
      device: deviceOf(request, client, undefined),
      first:
        given === undefined
          ? opaque && (() => services.opaqueSignIn.prove({ signIn: opaque.sign_in, finishLoginRequest: opaque.finish_login_request }))
          : { password: given },
      factor,
      idempotencyKey: idempotencyKeyOf(request),
    })
    return answerSignedIn(signedIn, { status: 200, transport: transportOf(request, services) }, services)
  },
})
