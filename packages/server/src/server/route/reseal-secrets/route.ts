import * as z from 'zod'
import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const resealSecrets: Operation = defineRoute({
  operationId: 'resealSecrets',
  method: 'POST',
  path: '/v1/secrets/reseal',
  summary:
    'Move what is sealed under the newest master secret now, once every server has it. A job does the same ten minutes after the start of a server. What a run that was cut off has left, the next one does.',
  authority: 'operator',
  responses: {
    200: {
      description: 'By kind.',
      schema: z.strictObject({ kinds: z.record(z.string(), z.strictObject({ resealed: z.int(), lost: z.int() })) }),
    },
  },
  async handle(_call, { secretRotation }) {
    return json(200, { kinds: await secretRotation.reseal() })
  },
})
