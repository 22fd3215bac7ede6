import * as z from 'zod'
import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { keeperOf, showStream, streamQuery, STREAMS_PATH, streamSchema } from '../../security-event-stream.ts'

export const getSecurityEventStreams: Operation = defineRoute({
  operationId: 'getSecurityEventStreams',
  method: 'GET',
  path: STREAMS_PATH,
  summary: 'Show one stream, or list the caller’s (Shared Signals 1.0 section 8.1.1.2).',
  authority: 'inspector',
  query: streamQuery,
  responses: {
    200: { description: 'The stream; without `stream_id` all of them.', schema: z.union([streamSchema, z.array(streamSchema)]) },
  },
  async handle({ query: { stream_id: id }, caller }, { streams, config: { issuer } }) {
    const keeper = keeperOf(caller)
    if (id !== undefined) return json(200, showStream(await streams.read(keeper, id), issuer))
    return json(
      200,
      (await streams.list(keeper)).map((stream) => showStream(stream, issuer)),
    )
  },
})
