export {
  Act,
  type ActBeginning,
  type ActFacts,
  actOf,
  actOn,
  actRefused,
  actUnderWay,
  apart,
  aside,
  claimAct,
  nameAct,
  type Origin,
} from './act.ts'
export { Audit } from './audit.ts'
export { AuditChain, type AuditDraft } from './audit-chain.ts'
export {
  type Actor,
  type ActTarget,
  AUDIT_ORIGIN,
  type AuditEnd,
  type AuditFacts,
  type AuditRecord,
  bodyOf,
  type Deed,
  factsOf,
  type Outcome,
} from './audit-record.ts'
export type { AuditEnds, AuditPage, AuditStore } from './audit-store.ts'
export { AuditTrail } from './audit-trail.ts'
export type { Checkpoint, Finding, Verification } from './finding.ts'
