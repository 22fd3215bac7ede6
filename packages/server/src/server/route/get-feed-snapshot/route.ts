import { defineRoute, type Operation } from '../../route.ts'

export const getFeedSnapshot: Operation = defineRoute({
  operationId: 'getFeedSnapshot',
  method: 'GET',
  path: '/v1/feed/snapshot',
  summary: 'Every living entry of the log and its head, signed.',
  authority: 'service',
  responses: { 200: { description: 'A compact JWS of type `cs-feed+jwt`.', contentType: 'application/jwt' } },
  async handle(_call, { publisher }) {
    return new Response(await publisher.snapshot(), { headers: { 'content-type': 'application/jwt' } })
  },
})
