import * as z from 'zod'
import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { keeperOf, STREAMS_PATH } from '../../security-event-stream.ts'

export const replaySecurityEvents: Operation = defineRoute({
  operationId: 'replaySecurityEvents',
  method: 'POST',
  path: `${STREAMS_PATH}/{id}/replay`,
  summary: 'Send again what the receiver of a stream has refused.',
  authority: 'inspector',
  responses: { 200: { description: 'How many there were.', schema: z.strictObject({ replayed: z.int() }) } },
  async handle({ path: { id = '' }, caller }, { streams }) {
    return json(200, { replayed: await streams.replay(keeperOf(caller), id) })
  },
})
