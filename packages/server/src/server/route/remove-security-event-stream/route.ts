import { noContent } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { keeperOf, oneStreamQuery, STREAMS_PATH } from '../../security-event-stream.ts'

export const removeSecurityEventStream: Operation = defineRoute({
  operationId: 'removeSecurityEventStream',
  method: 'DELETE',
  path: STREAMS_PATH,
  summary: 'Remove a stream; what was not delivered is dropped (Shared Signals 1.0 section 8.1.1.5).',
  authority: 'inspector',
  query: oneStreamQuery,
  responses: { 204: { description: 'It is gone.' } },
  async handle({ query: { stream_id: id }, caller }, { streams }) {
    await streams.remove(keeperOf(caller), id)
    return noContent()
  },
})
