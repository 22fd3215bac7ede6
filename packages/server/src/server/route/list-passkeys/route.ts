import * as z from 'zod'
import { json } from '../../answer.ts'
import { ownSession } from '../../caller.ts'
import { passkeySchema, showPasskey } from '../../passkey-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const listPasskeys: Operation = defineRoute({
  operationId: 'listPasskeys',
  method: 'GET',
  path: '/v1/me/factors/passkeys',
  summary: 'The passkeys of the account, the oldest first.',
  authority: 'session',
  enrols: true,
  responses: { 200: { description: 'The passkeys.', schema: z.strictObject({ passkeys: z.array(passkeySchema) }) } },
  async handle({ caller }, { passkeys }) {
    return json(200, { passkeys: (await passkeys.list(ownSession(caller).user)).map(showPasskey) })
  },
})
