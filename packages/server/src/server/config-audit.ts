import { integer, type Read } from './config-value.ts'

export interface AuditSettings {
  /** So long records of who has done what are kept. */
  readonly auditDays: number
}

export interface AuditOptions {
  readonly auditDays?: number
}

/** One row a setting, as `config.ts` has them. */
export const auditSettings: { readonly auditDays: { readonly variable: string; readonly read: Read<number> } } = {
  auditDays: { variable: 'COUNTERSIGN_AUDIT_DAYS', read: integer(30, 36_500, 'days') },
}

export const auditSettingsOf = (given: AuditOptions): AuditSettings => ({ auditDays: given.auditDays ?? 400 })
