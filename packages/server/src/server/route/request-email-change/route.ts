import { accepted } from '../../answer.ts'
import { requireRecentSignIn, signedInUser } from '../../caller.ts'
import { addressBody } from '../../link-schema.ts'
import { requestLocale } from '../../request-locale.ts'
import { defineRoute, type Operation } from '../../route.ts'

/** Whoever has found a browser open has not found its owner's hands. */
const MAX_AUTH_AGE_SECONDS = 600

export const requestEmailChange: Operation = defineRoute({
  operationId: 'requestEmailChange',
  method: 'PUT',
  path: '/v1/me/email',
  summary:
    'Ask for another address, after a sign-in of the last ten minutes (`step_up_required`). It is written to; nothing changes before the link in that mail is used. Whether somebody has the address is not told.',
  authority: 'session',
  body: addressBody,
  responses: { 202: { description: 'The new address is written to.' } },
  async handle({ body: { email }, caller, request, client }, { emailAddresses, platform }) {
    const { user } = signedInUser(caller)
    requireRecentSignIn(caller, MAX_AUTH_AGE_SECONDS, platform.clock)
    await emailAddresses.requestChange({ user, newEmail: email, address: client.address, locale: requestLocale(request) })
    return accepted()
  },
})
