import * as z from 'zod'
import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'

const DAY_SECONDS = 86_400
const LONGEST_OVERLAP_SECONDS = 30 * DAY_SECONDS

export const rotateClientSecret: Operation = defineRoute({
  operationId: 'rotateClientSecret',
  method: 'POST',
  path: '/v1/clients/{id}/secret',
  summary: 'Make a new secret. The one of before is taken as well for a while.',
  authority: 'operator',
  body: z.strictObject({ overlap_seconds: z.int().min(0).max(LONGEST_OVERLAP_SECONDS).optional() }),
  responses: {
    201: { description: 'The secret, shown this once.', schema: z.strictObject({ id: z.string(), secret: z.string() }) },
  },
  async handle({ path: { id = '' }, body }, { oauthClients }) {
    return json(201, { id, secret: await oauthClients.rotateSecret(id, body.overlap_seconds) })
  },
})
