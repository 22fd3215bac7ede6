import type { Job } from '../job.ts'

/** Drops records that are older than they are kept, a piece at a time. That it did is on record. */
export const forgetAudit: Job = {
  name: 'forget-audit',
  everyMs: 3_600_000,
  act: 'forgetAuditEvents',
  run: async ({ auditTrail }) => void (await auditTrail.forget()),
}
