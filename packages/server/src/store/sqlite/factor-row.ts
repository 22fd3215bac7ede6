import type { TotpFactor } from '../../account/factor/factor-store.ts'

export interface FactorRow {
  readonly id: string
  readonly user_id: string
  readonly sealed: Uint8Array
  readonly created_at: number
  readonly confirmed_at: number | null
}

export const factorOf = (row: FactorRow): TotpFactor => ({
  id: row.id,
  user: row.user_id,
  sealed: row.sealed,
  createdAt: row.created_at,
  confirmedAt: row.confirmed_at ?? undefined,
})
