import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { showTrustRule, trustRuleBody, trustRuleSchema } from '../../trust-rule-schema.ts'

export const createTrustRule: Operation = defineRoute({
  operationId: 'createTrustRule',
  method: 'POST',
  path: '/v1/trust-rules',
  summary:
    'Take tokens of somebody else, such as a CI or a cluster, for one of our services: `POST /oauth/token` then exchanges those that fit the rule (RFC 7523 section 2.1) for access tokens.',
  authority: 'operator',
  body: trustRuleBody,
  responses: { 201: { description: 'The rule. It never changes: make another, and remove this one.', schema: trustRuleSchema } },
  async handle({ body }, { trustRules, log }) {
    const rule = await trustRules.create({
      name: body.name,
      issuer: body.issuer,
      subject: body.subject,
      service: body.service,
      ...(body.jwks === undefined ? {} : { jwks: body.jwks }),
      ...(body.assertion_audience === undefined ? {} : { assertionAudience: body.assertion_audience }),
      ...(body.claims === undefined ? {} : { claims: body.claims }),
      ...(body.assertion_seconds === undefined ? {} : { assertionSeconds: body.assertion_seconds }),
      ...(body.reusable === undefined ? {} : { reusable: body.reusable }),
      ...(body.scopes === undefined ? {} : { scopes: body.scopes }),
      ...(body.audience === undefined ? {} : { audience: body.audience }),
      ...(body.token_seconds === undefined ? {} : { tokenSeconds: body.token_seconds }),
    })
    log.info({ event: 'trust_rule_created', rule: rule.id, service: rule.service, issuer: rule.issuer, subject: rule.subject }, 'trusted')
    return json(201, showTrustRule(rule))
  },
})
