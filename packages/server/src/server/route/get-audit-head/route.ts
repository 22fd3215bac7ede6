import { json } from '../../answer.ts'
import { AUDIT_PATH, auditHeadSchema, showAuditHead } from '../../audit-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const getAuditHead: Operation = defineRoute({
  operationId: 'getAuditHead',
  method: 'GET',
  path: `${AUDIT_PATH}/head`,
  summary: 'The end of the chain of records: a checkpoint, to be kept where nobody who can write this database gets at it.',
  authority: 'operator',
  responses: { 200: { description: 'What `/v1/audit-events/verify` takes.', schema: auditHeadSchema } },
  async handle(_call, { auditTrail, platform }) {
    return json(200, showAuditHead(await auditTrail.head(), platform.clock.now()))
  },
})
