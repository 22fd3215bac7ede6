import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { keeperOf, requireTrue, showStream, streamBody, streamRequestOf, STREAMS_PATH, streamSchema } from '../../security-event-stream.ts'

export const replaceSecurityEventStream: Operation = defineRoute({
  operationId: 'replaceSecurityEventStream',
  method: 'PUT',
  path: STREAMS_PATH,
  summary: 'Say anew all that a receiver may say of its stream (Shared Signals 1.0 section 8.1.1.4).',
  authority: 'inspector',
  body: streamBody,
  responses: { 200: { description: 'The stream after the change.', schema: streamSchema } },
  async handle({ body, caller }, { streams, config: { issuer } }) {
    const keeper = keeperOf(caller)
    requireTrue(body, await streams.read(keeper, body.stream_id), issuer)
    return json(200, showStream(await streams.replace(keeper, body.stream_id, streamRequestOf(body)), issuer))
  },
})
