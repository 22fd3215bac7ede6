import * as z from 'zod'
import { json } from '../../answer.ts'
import { AUDIT_PATH, auditEventSchema, auditQuery, showAuditEvent } from '../../audit-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const listAuditEvents: Operation = defineRoute({
  operationId: 'listAuditEvents',
  method: 'GET',
  path: AUDIT_PATH,
  summary: 'Who has done what: newest first, a page at a time.',
  authority: 'operator',
  query: auditQuery,
  responses: {
    200: {
      description:
        '`next` is the `after` of the following page; null on the last one. `actor` and `target` are ids; `target` may be an e-mail address that somebody has tried to sign in with.',
      schema: z.strictObject({ audit_events: z.array(auditEventSchema), next: z.string().nullable() }),
    },
  },
  async handle({ query: { actor, target, operation, outcome, from, to, after, limit } }, { auditTrail }) {
    const found = await auditTrail.page({
      ...{ actor, target, operation, outcome },
      from: from === undefined ? undefined : Date.parse(from),
      to: to === undefined ? undefined : Date.parse(to),
      before: after,
      limit: limit + 1,
    })
    const shown = found.slice(0, limit)
    const last = shown.at(-1)
    const next = found.length > limit && last !== undefined ? String(last.position) : null
    return json(200, { audit_events: shown.map(showAuditEvent), next })
  },
})
