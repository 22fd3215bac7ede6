import * as z from 'zod'
import { json } from '../../answer.ts'
import { requestOptionsSchema } from '../../passkey-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

const ticket = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[\w.-]+$/)

export const createPasskeyChallenge: Operation = defineRoute({
  operationId: 'createPasskeyChallenge',
  method: 'POST',
  path: '/v1/passkey-challenges',
  summary:
    'Options for `navigator.credentials.get`, good for five minutes and once. Without a ticket they name nobody: any passkey of this place may be chosen, to sign in with it alone. With the `factor_ticket` of `factor_required` they name the passkeys of whoever has shown the password, to sign in with one beside it.',
  authority: 'public',
  body: z.strictObject({ factor_ticket: ticket.optional() }),
  responses: { 201: { description: 'Options for the browser.', schema: requestOptionsSchema } },
  async handle({ body }, { passkeySignIn }) {
    const options = body.factor_ticket === undefined ? passkeySignIn.discover() : await passkeySignIn.factorOptions(body.factor_ticket)
    return json(201, { options })
  },
})
