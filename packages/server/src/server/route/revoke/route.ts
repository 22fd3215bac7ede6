import { actOn } from '../../../audit/index.ts'
import { json } from '../../answer.ts'
import { requestOf, REVOCATIONS_PATH, revocationBody } from '../../revocation-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { entrySchema } from '../../schema.ts'

export const revoke: Operation = defineRoute({
  operationId: 'revoke',
  method: 'POST',
  path: REVOCATIONS_PATH,
  summary: 'Kill every token that the target covers and that was issued up to now.',
  authority: 'operator',
  body: revocationBody,
  responses: { 201: { description: 'Stored durably at this position of the log; `at` in milliseconds since 1970.', schema: entrySchema } },
  async handle({ body }, { revocations }) {
    const { kind, id } = body.target
    actOn(kind, id ?? '')
    const { position, at } = await revocations.revoke(requestOf(body))
    return json(201, { position, at })
  },
})
