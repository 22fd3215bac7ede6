import * as z from 'zod'
import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { ruleFindingSchema, showRuleFinding } from '../../trust-rule-schema.ts'

const body = z.strictObject({ assertion: z.string().min(1).max(16_384) })

export const testTrustRules: Operation = defineRoute<z.infer<typeof body>>({
  operationId: 'testTrustRules',
  method: 'POST',
  path: '/v1/trust-rules/test',
  summary: 'Hold an assertion against the rules of its issuer. It is not used up, and brings nothing.',
  authority: 'operator',
  body,
  responses: {
    200: {
      description:
        'What each rule makes of it; `problem` is the claim that does not fit, or what is wrong with the signature. None: no rule is about its issuer.',
      schema: z.strictObject({ findings: z.array(ruleFindingSchema) }),
    },
  },
  async handle({ body: { assertion } }, { workloadTokens }) {
    return json(200, { findings: (await workloadTokens.examine(assertion)).map(showRuleFinding) })
  },
})
