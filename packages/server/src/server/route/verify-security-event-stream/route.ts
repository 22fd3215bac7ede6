import * as z from 'zod'
import { noContent } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { keeperOf, streamId, STREAMS_PATH } from '../../security-event-stream.ts'

export const verifySecurityEventStream: Operation = defineRoute({
  operationId: 'verifySecurityEventStream',
  method: 'POST',
  path: `${STREAMS_PATH}/verify`,
  summary: 'Have a verification event sent over a stream (Shared Signals 1.0 section 8.1.4.2).',
  authority: 'inspector',
  body: z.strictObject({
    stream_id: streamId,
    state: z
      .string()
      .min(1)
      .max(1024)
      .regex(/^[^\p{Cc}]*$/u)
      .optional(),
  }),
  responses: { 204: { description: 'It will be sent.' } },
  async handle({ body, caller }, { streams }) {
    await streams.verify(keeperOf(caller), body.stream_id, body.state)
    return noContent()
  },
})
