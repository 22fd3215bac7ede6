import * as z from 'zod'
import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { showTrustRule, trustRuleSchema } from '../../trust-rule-schema.ts'

export const listTrustRules: Operation = defineRoute({
  operationId: 'listTrustRules',
  method: 'GET',
  path: '/v1/trust-rules',
  summary: 'List whose tokens are taken for which service.',
  authority: 'operator',
  responses: { 200: { description: 'All of them, oldest first.', schema: z.strictObject({ trust_rules: z.array(trustRuleSchema) }) } },
  async handle(_call, { trustRules }) {
    return json(200, { trust_rules: (await trustRules.list()).map(showTrustRule) })
  },
})
