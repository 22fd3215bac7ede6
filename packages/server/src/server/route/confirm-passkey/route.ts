import * as z from 'zod'
import { json } from '../../answer.ts'
import { passkeyName, passkeyRegistration, passkeySchema, showPasskey } from '../../passkey-schema.ts'
import { recentSession } from '../../recent-sign-in.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const confirmPasskey: Operation = defineRoute({
  operationId: 'confirmPasskey',
  method: 'POST',
  path: '/v1/me/factors/passkeys/confirm',
  summary:
    'Show what the browser has made. From now on the passkey signs in, and sign-in with a password asks for a second factor; older access tokens are dead, and sessions go on when they refresh.',
  authority: 'session',
  enrols: true,
  body: z.strictObject({ passkey: passkeyRegistration, name: passkeyName.optional() }),
  responses: {
    201: {
      description:
        'The passkey, and ten recovery codes, shown here and never again; none where the account has some beside another factor.',
      schema: z.strictObject({ passkey: passkeySchema, recovery_codes: z.array(z.string()) }),
    },
  },
  async handle({ body, caller }, services) {
    const enrolling = await recentSession(caller, services)
    const { passkey, recoveryCodes } = await services.passkeys.confirm(enrolling, body.passkey, body.name)
    return json(201, { passkey: showPasskey(passkey), recovery_codes: recoveryCodes })
  },
})
