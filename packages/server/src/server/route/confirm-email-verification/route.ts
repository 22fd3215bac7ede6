import { json } from '../../answer.ts'
import { confirmedEmailSchema, linkBody } from '../../link-schema.ts'
import { requestLocale } from '../../request-locale.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const confirmEmailVerification: Operation = defineRoute({
  operationId: 'confirmEmailVerification',
  method: 'POST',
  path: '/v1/email-verifications/confirm',
  summary:
    'Prove an address with the token of the link, once: the one of the account, or the new one that takes its place. After a change older access tokens are dead, sessions go on, and the old address is told.',
  authority: 'public',
  body: linkBody,
  responses: { 200: { description: 'The address, and what became of it.', schema: confirmedEmailSchema } },
  async handle({ body: { token }, request }, { emailAddresses }) {
    const { email, change } = await emailAddresses.confirm(token, requestLocale(request))
    return json(200, { email, change })
  },
})
