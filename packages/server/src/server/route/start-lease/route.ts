import * as z from 'zod'
import { encryptTo } from '../../../credential/index.ts'
import { publicKey } from '../../access-key-schema.ts'
import { json } from '../../answer.ts'
import { leaseCaller, leaseSeconds, openedLeaseSchema, poolName, showOpened } from '../../lease-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

const DEFAULT_SECONDS = 900

export const startLease: Operation = defineRoute({
  operationId: 'startLease',
  method: 'POST',
  path: '/v1/leases',
  summary:
    'Lease a test user of a pool. Their password is new, and right until the lease ends. With `deliver_to` it comes at once, encrypted to that key; without, it is locked with `unlock_key`, which `/reveal` takes. `conflict` when nobody of the pool is free.',
  authority: 'lease',
  body: z.strictObject({ pool: poolName, seconds: leaseSeconds.optional(), deliver_to: publicKey.optional() }),
  responses: { 201: { description: 'It has begun. Default 900 seconds.', schema: openedLeaseSchema } },
  async handle({ body: { pool, seconds = DEFAULT_SECONDS, deliver_to: recipient }, caller, client }, { leases, platform }) {
    const encrypt = recipient && (await encryptTo(recipient))
    const opened = await leases.start({ pool, seconds, isDelivered: encrypt !== undefined }, leaseCaller(caller, client))
    return json(201, await showOpened(opened, encrypt, platform.clock.now()))
  },
})
