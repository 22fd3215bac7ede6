import * as z from 'zod'
import { actOn } from '../../../audit/index.ts'
import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { entrySchema, target } from '../../schema.ts'

export const revoke: Operation = defineRoute({
  operationId: 'revoke',
  method: 'POST',
  path: '/v1/revocations',
  summary: 'Kill every token that the target covers and that was issued up to now.',
  authority: 'operator',
  body: z.strictObject({ target, mode: z.enum(['soft', 'hard']).optional(), reason: z.string().min(1).max(500).optional() }),
  responses: { 201: { description: 'Stored durably at this position of the log; `at` in milliseconds since 1970.', schema: entrySchema } },
  async handle({ body }, { revocations }) {
    const { kind, id } = body.target
    actOn(kind, id ?? '')
    const { position, at } = await revocations.revoke({
      target: id === undefined ? { kind } : { kind, id },
      ...(body.mode === undefined ? {} : { mode: body.mode }),
      ...(body.reason === undefined ? {} : { reason: body.reason }),
    })
    return json(201, { position, at })
  },
})
