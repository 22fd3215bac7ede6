import { accepted } from '../../answer.ts'
import { signedInUser } from '../../caller.ts'
import { requestLocale } from '../../request-locale.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const requestEmailVerification: Operation = defineRoute({
  operationId: 'requestEmailVerification',
  method: 'POST',
  path: '/v1/email-verifications',
  summary: 'Ask once more for the mail that proves the address of the account. Nothing is sent where it is proven.',
  authority: 'session',
  enrols: true,
  responses: { 202: { description: 'The mail is on its way.' } },
  async handle({ caller, request, client }, { emailAddresses }) {
    const { user } = signedInUser(caller)
    await emailAddresses.requestVerification({ user, address: client.address, locale: requestLocale(request) })
    return accepted()
  },
})
