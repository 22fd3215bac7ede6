import { json } from '../../answer.ts'
import { AUDIT_PATH, checkpointBody, showVerification, verificationSchema } from '../../audit-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const verifyAuditEvents: Operation = defineRoute({
  operationId: 'verifyAuditEvents',
  method: 'POST',
  path: `${AUDIT_PATH}/verify`,
  summary: 'Look at every record: whether one was changed, removed, moved or put there, and, by a checkpoint, whether the end was cut off.',
  authority: 'operator',
  body: checkpointBody,
  responses: {
    200: {
      description:
        '`findings` by position, a hundred at most; none where all is as it was written. `base`: the newest record that was forgotten.',
      schema: verificationSchema,
    },
  },
  async handle({ body: { checkpoint } }, { auditTrail }) {
    return json(200, showVerification(await auditTrail.verify(checkpoint)))
  },
})
