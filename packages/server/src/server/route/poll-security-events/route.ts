import * as z from 'zod'
import { json } from '../../answer.ts'
import { MOST_POLLED } from '../../../delivery/index.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { keeperOf, STREAMS_PATH } from '../../security-event-stream.ts'

const MOST_NAMED = 1000
const jti = z.string().min(1).max(256)
const refusal = z.strictObject({ err: z.string().min(1).max(100), description: z.string().max(1000).optional() })

export const pollSecurityEvents: Operation = defineRoute({
  operationId: 'pollSecurityEvents',
  method: 'POST',
  path: `${STREAMS_PATH}/{id}/events`,
  summary: 'Fetch the security events of a stream and acknowledge those that were had (RFC 8936).',
  authority: 'inspector',
  body: z.strictObject({
    maxEvents: z.int().min(0).max(1_000_000).optional(),
    /** Default: waits up to 25 seconds for something to tell. */
    returnImmediately: z.boolean().optional(),
    ack: z.array(jti).max(MOST_NAMED).optional(),
    setErrs: z
      .record(jti, refusal)
      .refine((errors) => Object.keys(errors).length <= MOST_NAMED, 'has too many members')
      .optional(),
  }),
  responses: {
    200: {
      description: 'Security event tokens by their `jti`. Those that are not acknowledged come again.',
      schema: z.strictObject({ sets: z.record(z.string(), z.string()), moreAvailable: z.boolean() }),
    },
  },
  async handle({ path: { id = '' }, body, caller, request }, { polling }) {
    const { maxEvents = MOST_POLLED, returnImmediately = false, ack = [], setErrs = {} } = body
    const asked = {
      acknowledged: ack,
      refused: new Map(Object.entries(setErrs).map(([name, { err }]) => [name, err])),
      limit: Math.min(maxEvents, MOST_POLLED),
      immediately: returnImmediately,
    }
    return json(200, await polling.poll(keeperOf(caller), id, asked, request.signal))
  },
})
