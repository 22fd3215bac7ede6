import { accepted } from '../../answer.ts'
import { addressBody } from '../../link-schema.ts'
import { recentSession } from '../../recent-sign-in.ts'
import { requestLocale } from '../../request-locale.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const requestEmailChange: Operation = defineRoute({
  operationId: 'requestEmailChange',
  method: 'PUT',
  path: '/v1/me/email',
  summary:
    'Ask for another address, after a sign-in of the last five minutes (`step_up_required`). It is written to; nothing changes before the link in that mail is used. Whether somebody has the address is not told.',
  authority: 'session',
  body: addressBody,
  responses: { 202: { description: 'The new address is written to.' } },
  async handle({ body: { email }, caller, request, client }, services) {
    const { user } = await recentSession(caller, services)
    await services.emailAddresses.requestChange({ user, newEmail: email, address: client.address, locale: requestLocale(request) })
    return accepted()
  },
})
