import * as z from 'zod'
import { json } from '../../answer.ts'
import { deliveryStates } from '../../../delivery/index.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { DELIVERIES_PATH, deliveriesQuery, deliverySchema, placeOf, placeText, showDelivery, timeOf } from '../../webhook-schema.ts'

export const listWebhookDeliveries: Operation = defineRoute({
  operationId: 'listWebhookDeliveries',
  method: 'GET',
  path: DELIVERIES_PATH,
  summary: 'List what was sent to endpoints, waits to be, or was given up: newest first, a page at a time.',
  authority: 'operator',
  query: deliveriesQuery,
  responses: {
    200: {
      description: '`next` is the `after` of the following page; null on the last one. What was delivered is kept for seven days.',
      schema: z.strictObject({ webhook_deliveries: z.array(deliverySchema), next: z.string().nullable() }),
    },
  },
  async handle({ query: { endpoint, state, since, until, after, limit } }, { webhookDeliveries }) {
    const found = await webhookDeliveries.list({
      destination: endpoint,
      states: state === undefined ? deliveryStates : [state],
      since: timeOf(since),
      until: timeOf(until),
      after: after === undefined ? undefined : placeOf(after),
      limit: limit + 1,
    })
    const shown = found.slice(0, limit)
    const last = shown.at(-1)
    const next = found.length > limit && last !== undefined ? placeText(last) : null
    return json(200, { webhook_deliveries: shown.map(showDelivery), next })
  },
})
