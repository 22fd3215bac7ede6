import type { EpochMs } from 'countersign/core'
import type { TrustRule } from '../../session/workload/trust-rule.ts'

export interface TrustRuleRow {
  readonly id: string
  readonly issuer: string
  readonly service_id: string
  readonly settings: string
  readonly created_at: EpochMs
}

type Settings = Omit<TrustRule, 'id' | 'issuer' | 'service' | 'createdAt'>

/** Nothing but `trustRuleValues` writes the column, so the cast holds. What was undefined is not in it. */
export function trustRuleOf(row: TrustRuleRow): TrustRule {
  const settings = JSON.parse(row.settings) as Settings
  const { jwks, assertionAudience } = settings
  return { ...settings, jwks, assertionAudience, id: row.id, issuer: row.issuer, service: row.service_id, createdAt: row.created_at }
}

/** In the order of the columns. */
export function trustRuleValues({ id, issuer, service, createdAt, ...settings }: TrustRule): readonly (string | number)[] {
  const kept: Settings = settings
  return [id, issuer, service, JSON.stringify(kept), createdAt]
}
