import * as z from 'zod'
import { json } from '../../answer.ts'
import { ownSession } from '../../caller.ts'
import { passkeyName, passkeySchema, showPasskey } from '../../passkey-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const renamePasskey: Operation = defineRoute({
  operationId: 'renamePasskey',
  method: 'PATCH',
  path: '/v1/me/factors/passkeys/{id}',
  summary: 'Call a passkey otherwise.',
  authority: 'session',
  body: z.strictObject({ name: passkeyName }),
  responses: { 200: { description: 'The passkey under its new name.', schema: z.strictObject({ passkey: passkeySchema }) } },
  async handle({ path: { id = '' }, body, caller }, { passkeys }) {
    return json(200, { passkey: showPasskey(await passkeys.rename(ownSession(caller).user, id, body.name)) })
  },
})
