import { noContent } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const removeTrustRule: Operation = defineRoute({
  operationId: 'removeTrustRule',
  method: 'DELETE',
  path: '/v1/trust-rules/{id}',
  summary: 'Remove a rule. The tokens that were issued by it die at once.',
  authority: 'operator',
  responses: { 204: { description: 'It is gone.' } },
  async handle({ path: { id = '' } }, { trustRules, log }) {
    await trustRules.remove(id)
    log.info({ event: 'trust_rule_removed', rule: id }, 'not trusted any more')
    return noContent()
  },
})
