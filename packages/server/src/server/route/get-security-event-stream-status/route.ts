import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { keeperOf, oneStreamQuery, STREAMS_PATH, streamStatusSchema } from '../../security-event-stream.ts'

export const getSecurityEventStreamStatus: Operation = defineRoute({
  operationId: 'getSecurityEventStreamStatus',
  method: 'GET',
  path: `${STREAMS_PATH}/status`,
  summary: 'Tell whether a stream runs, why, and what waits in it (Shared Signals 1.0 section 8.1.2.1).',
  authority: 'inspector',
  query: oneStreamQuery,
  responses: { 200: { description: 'Its status.', schema: streamStatusSchema } },
  async handle({ query: { stream_id: id }, caller }, { streams }) {
    const keeper = keeperOf(caller)
    const { status, reason } = await streams.read(keeper, id)
    const { waiting, dead } = await streams.backlog(keeper, id)
    return json(200, { stream_id: id, status, ...(reason === undefined ? {} : { reason }), waiting, refused: dead })
  },
})
