import * as z from 'zod'
import { json } from '../../answer.ts'
import { addressBody } from '../../link-schema.ts'
import { requestLocale } from '../../request-locale.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const requestMagicLink: Operation = defineRoute({
  operationId: 'requestMagicLink',
  method: 'POST',
  path: '/v1/magic-links',
  summary:
    'Ask for a mail to sign in with: a link, and a code to type where it was asked for. The answer is the same whoever has the address, and whether anybody has.',
  authority: 'public',
  body: addressBody,
  responses: {
    202: {
      description: 'If there is such an account, it is written to. `request` stays in the browser: the code is of no use without it.',
      schema: z.strictObject({ request: z.string() }),
    },
  },
  async handle({ body: { email }, request, client }, { magicLinks }) {
    return json(202, { request: await magicLinks.request({ email, address: client.address, locale: requestLocale(request) }) })
  },
})
