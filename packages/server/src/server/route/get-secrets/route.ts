import * as z from 'zod'
import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'

const counts = z.record(z.string(), z.int())

export const getSecrets: Operation = defineRoute({
  operationId: 'getSecrets',
  method: 'GET',
  path: '/v1/secrets',
  summary: 'What hangs on which master secret, in the order of `COUNTERSIGN_SECRET`, and which of them may leave it. No secret is told.',
  authority: 'operator',
  responses: {
    200: {
      description:
        '`sealed` is moved by `POST /v1/secrets/reseal`, and by a job; `made` leaves by itself; `lost` no secret of the list opens.',
      schema: z.strictObject({
        secrets: z.array(z.strictObject({ id: z.string(), sealed: counts, made: counts, may_go: z.boolean() })),
        lost: counts,
      }),
    },
  },
  async handle(_call, { secretRotation }) {
    const { secrets, lost } = await secretRotation.state()
    return json(200, { secrets: secrets.map(({ id, sealed, made, mayGo }) => ({ id, sealed, made, may_go: mayGo })), lost })
  },
})
