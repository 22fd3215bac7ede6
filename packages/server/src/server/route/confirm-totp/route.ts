import * as z from 'zod'
import { json } from '../../answer.ts'
import { recoveryCodesSchema, totpCode } from '../../factor-schema.ts'
import { recentSession } from '../../recent-sign-in.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const confirmTotp: Operation = defineRoute({
  operationId: 'confirmTotp',
  method: 'POST',
  path: '/v1/me/factors/totp/confirm',
  summary:
    'Show that the app has the secret. From now on sign-in asks for a code; older access tokens are dead, and sessions go on when they refresh.',
  authority: 'session',
  enrols: true,
  body: z.strictObject({ code: totpCode }),
  responses: {
    200: {
      description: 'Ten recovery codes, each good once, shown here and never again; none where the account has some beside a passkey.',
      schema: recoveryCodesSchema,
    },
  },
  async handle({ body, caller }, services) {
    const { user } = await recentSession(caller, services)
    return json(200, { recovery_codes: await services.factors.confirm(user, body.code) })
  },
})
