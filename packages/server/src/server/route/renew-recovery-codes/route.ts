import { json } from '../../answer.ts'
import { recoveryCodesSchema } from '../../factor-schema.ts'
import { recentSession } from '../../recent-sign-in.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const renewRecoveryCodes: Operation = defineRoute({
  operationId: 'renewRecoveryCodes',
  method: 'POST',
  path: '/v1/me/factors/recovery-codes',
  summary:
    'Ten new recovery codes in the place of those of before. Takes a sign-in or step-up of the last five minutes; older access tokens are dead, and sessions go on when they refresh.',
  authority: 'session',
  enrols: true,
  responses: { 201: { description: 'The codes, each good once, shown here and never again.', schema: recoveryCodesSchema } },
  async handle({ caller }, services) {
    const { user } = await recentSession(caller, services)
    return json(201, { recovery_codes: await services.recoveryCodes.renew(user) })
  },
})
