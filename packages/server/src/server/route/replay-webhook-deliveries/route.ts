import * as z from 'zod'
import { json } from '../../answer.ts'
import { MOST_REPLAYED } from '../../../delivery/index.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { DELIVERIES_PATH, replayBody, timeOf } from '../../webhook-schema.ts'

export const replayWebhookDeliveries: Operation = defineRoute({
  operationId: 'replayWebhookDeliveries',
  method: 'POST',
  path: `${DELIVERIES_PATH}/replay`,
  summary: 'Send again to an endpoint what was given up, or delivered: oldest first, a thousand at most.',
  authority: 'operator',
  body: replayBody,
  responses: {
    200: {
      description: '`more`: there may be others; narrow `since` and ask again.',
      schema: z.strictObject({ replayed: z.int(), more: z.boolean() }),
    },
  },
  async handle({ body: { endpoint, state, since, until } }, { webhookDeliveries }) {
    const states = state === undefined ? [] : [state]
    const replayed = await webhookDeliveries.replayAll({ destination: endpoint, states, since: timeOf(since), until: timeOf(until) })
    return json(200, { replayed, more: replayed === MOST_REPLAYED })
  },
})
