import { answerSignedIn, transportOf } from '../../browser/index.ts'
import { signedInUser } from '../../caller.ts'
import { currentPassword } from '../../current-password.ts'
import { opaqueChangeBody } from '../../opaque-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { signedInAnswerSchema } from '../../schema.ts'

export const confirmOpaqueRegistration: Operation = defineRoute({
  operationId: 'confirmOpaqueRegistration',
  method: 'POST',
  path: '/v1/opaque/registrations/confirm',
  summary:
    'Set the password by OPAQUE. From then on only OPAQUE signs in; every older token and every other session is dead; this session gets new tokens.',
  authority: 'session',
  body: opaqueChangeBody,
  responses: {
    200: { description: 'New tokens for the session that asked.', schema: signedInAnswerSchema },
    204: { description: 'Set; the session that asked has ended meanwhile.' },
  },
  async handle({ body, caller, request }, services) {
    const { user, session } = signedInUser(caller)
    const { registration, registration_record: registrationRecord } = body
    const current = currentPassword(body)
    const signedIn = await services.opaqueRegistration.changePassword({ user, session, registration, registrationRecord, current })
    if (signedIn === undefined) return new Response(null, { status: 204 })
    return answerSignedIn(signedIn, { status: 200, transport: transportOf(request, services) }, services)
  },
})
