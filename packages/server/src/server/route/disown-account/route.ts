import { noContent } from '../../answer.ts'
import { linkBody } from '../../link-schema.ts'
import { requestLocale } from '../../request-locale.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const disownAccount: Operation = defineRoute({
  operationId: 'disownAccount',
  method: 'POST',
  path: '/v1/not-me',
  summary:
    '"This was not me", with the token of the link in a notice, once: every session and token is dead, the password is void, the address is again the one that the notice went to, and a link for a new password is sent there.',
  authority: 'public',
  body: linkBody,
  responses: { 204: { description: 'The account is back with its owner.' } },
  async handle({ body: { token }, request }, { disowning }) {
    await disowning.confirm(token, requestLocale(request))
    return noContent()
  },
})
