import { STATE_LIFE_SECONDS } from '../../../account/opaque/index.ts'
import { json } from '../../answer.ts'
import { opaqueRegistrationBody, opaqueRegistrationSchema } from '../../opaque-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const startOpaqueRegistration: Operation = defineRoute({
  operationId: 'startOpaqueRegistration',
  method: 'POST',
  path: '/v1/opaque/registrations',
  summary: 'First message of setting a password by OPAQUE (RFC 9807), for a sign-up or a change.',
  authority: 'public',
  body: opaqueRegistrationBody,
  responses: { 200: { description: 'What the client makes its record from.', schema: opaqueRegistrationSchema } },
  async handle({ body }, { opaqueRegistration }) {
    const { registration, registrationResponse } = await opaqueRegistration.start(body.registration_request)
    return json(200, { registration, registration_response: registrationResponse, expires_in: STATE_LIFE_SECONDS })
  },
})
