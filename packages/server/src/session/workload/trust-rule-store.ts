import type { EpochMs } from 'countersign/core'
import type { Position } from 'countersign/revocation'
import type { TrustRule } from './trust-rule.ts'

/** Owned by `session`. Each method is one transaction, log entries included. When a service is removed, its rules are, as `remove` does it. */
export interface TrustRuleStore {
  /** @returns `no_service` when its service is not there, `full` when there are `maximum` rules of that issuer already. */
  add(rule: TrustRule, maximum: number): Promise<'added' | 'no_service' | 'full'>
  /** By the time they were made. */
  list(): Promise<readonly TrustRule[]>
  /** By the time they were made. */
  ofIssuer(issuer: string): Promise<readonly TrustRule[]>
  /** Hard cut-off `client:<id>`: what was issued by the rule names it as its origin. @returns false when there was none. */
  remove(id: string, at: EpochMs): Promise<boolean>
  /** The head of the log, read before the facts. @returns `refused` when rule or service have gone. */
  issue(id: string): Promise<Position | 'refused'>
}
