import * as z from 'zod'
import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { keeperOf, reason, streamId, streamStatus, STREAMS_PATH, streamStatusSchema } from '../../security-event-stream.ts'

export const setSecurityEventStreamStatus: Operation = defineRoute({
  operationId: 'setSecurityEventStreamStatus',
  method: 'POST',
  path: `${STREAMS_PATH}/status`,
  summary: 'Pause, stop or enable a stream (Shared Signals 1.0 section 8.1.2.2).',
  authority: 'inspector',
  body: z.strictObject({ stream_id: streamId, status: streamStatus, reason }),
  responses: { 200: { description: 'Its status after the change.', schema: streamStatusSchema } },
  async handle({ body, caller }, { streams }) {
    const { id, status, reason: said } = await streams.setStatus(keeperOf(caller), body.stream_id, body.status, body.reason)
    return json(200, { stream_id: id, status, ...(said === undefined ? {} : { reason: said }) })
  },
})
