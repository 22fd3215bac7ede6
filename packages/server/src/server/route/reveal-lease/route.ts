import * as z from 'zod'
import { encryptTo } from '../../../credential/index.ts'
import { publicKey } from '../../access-key-schema.ts'
import { json } from '../../answer.ts'
import { leaseCaller, openedLeaseSchema, showOpened } from '../../lease-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { secretText } from '../../schema.ts'

export const revealLease: Operation = defineRoute({
  operationId: 'revealLease',
  method: 'POST',
  path: '/v1/leases/{id}/reveal',
  summary: 'Open a locked lease. Each key opens once: the answer has the next one. Who has opened it, and when, stands beside the lease.',
  authority: 'lease',
  body: z.strictObject({ unlock_key: secretText, deliver_to: publicKey.optional() }),
  responses: { 200: { description: 'The credentials, and the next key.', schema: openedLeaseSchema } },
  async handle({ path: { id = '' }, body: { unlock_key: unlockKey, deliver_to: recipient }, caller, client }, { leases, platform }) {
    const encrypt = recipient && (await encryptTo(recipient))
    const opened = await leases.reveal(id, unlockKey, leaseCaller(caller, client))
    return json(200, await showOpened(opened, encrypt, platform.clock.now()))
  },
})
