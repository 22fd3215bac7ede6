import * as z from 'zod'
import { deliveryStates } from '../../../delivery/index.ts'
import { BACK_CHANNEL_LOGOUT } from '../../../oauth/index.ts'
import { json } from '../../answer.ts'
import { clientDeliveriesQuery, clientDeliverySchema, showClientDelivery } from '../../logout-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { placeOf, placeText } from '../../webhook-schema.ts'

export const listClientDeliveries: Operation = defineRoute({
  operationId: 'listClientDeliveries',
  method: 'GET',
  path: '/v1/clients/{id}/deliveries',
  summary: 'List which ends of sessions a client was told of, is yet to be, or could not be: newest first, a page at a time.',
  authority: 'operator',
  query: clientDeliveriesQuery,
  responses: {
    200: {
      description: '`next` is the `after` of the following page; null on the last one. What was delivered is kept for seven days.',
      schema: z.strictObject({ deliveries: z.array(clientDeliverySchema), next: z.string().nullable() }),
    },
  },
  async handle({ path: { id = '' }, query: { state, after, limit } }, { oauthClients, store }) {
    const { id: destination } = await oauthClients.find(id)
    const found = await store.deliveryHistory.list({
      kind: BACK_CHANNEL_LOGOUT,
      destination,
      states: state === undefined ? deliveryStates : [state],
      since: undefined,
      until: undefined,
      after: after === undefined ? undefined : placeOf(after),
      limit: limit + 1,
    })
    const shown = found.slice(0, limit)
    const last = shown.at(-1)
    const next = found.length > limit && last !== undefined ? placeText(last) : null
    return json(200, { deliveries: shown.map(showClientDelivery), next })
  },
})
