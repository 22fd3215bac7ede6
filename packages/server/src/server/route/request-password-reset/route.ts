import { accepted } from '../../answer.ts'
import { addressBody } from '../../link-schema.ts'
import { requestLocale } from '../../request-locale.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const requestPasswordReset: Operation = defineRoute({
  operationId: 'requestPasswordReset',
  method: 'POST',
  path: '/v1/password-resets',
  summary: 'Ask for a link, by mail, to choose a new password. The answer is the same whoever has the address, and whether anybody has.',
  authority: 'public',
  body: addressBody,
  responses: { 202: { description: 'If there is such an account, it is written to.' } },
  async handle({ body: { email }, request, client }, { passwordResets }) {
    await passwordResets.request({ email, address: client.address, locale: requestLocale(request) })
    return accepted()
  },
})
