import * as z from 'zod'
import { noContent } from '../../answer.ts'
import { ownSession } from '../../caller.ts'
import { factorOf, factorProof } from '../../factor-schema.ts'
import { InvalidRequest } from '../../field-error.ts'
import { currentPassword, currentPasswordBody } from '../../current-password.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const disableTotp: Operation = defineRoute({
  operationId: 'disableTotp',
  method: 'DELETE',
  path: '/v1/me/factors/totp',
  summary:
    'Stop to use the authenticator app, with the password and a code, or a passkey, at once. Older access tokens are dead, and sessions go on when they refresh.',
  authority: 'session',
  body: z.strictObject({ ...currentPasswordBody, ...factorProof }),
  responses: {
    204: { description: 'Sign-in asks for no code of an app. Without another second factor the recovery codes are gone as well.' },
  },
  async handle({ body, caller }, { opaqueRegistration, factors, throttle }) {
    const { user, session } = ownSession(caller)
    const proof = factorOf(body, session)
    if (proof === undefined) throw new InvalidRequest([{ pointer: '/totp_code', detail: 'is required, or recovery_code, or passkey' }])
    const current = currentPassword(body)
    await throttle.guard({ session }, async () => {
      // The password first: whoever does not know it must not use up a code.
      await opaqueRegistration.provePassword(user, current)
      await factors.disable(user, proof)
    })
    return noContent()
  },
})
