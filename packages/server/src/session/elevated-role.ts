import { type EpochSeconds, toEpochSeconds } from 'countersign/core'
import type { Issuance } from './session-store.ts'

export interface RolesNow {
  readonly roles: readonly string[]
  /** When one of them ends, at the latest: nothing that names them may live longer. */
  readonly until: EpochSeconds
}

/** The roles that somebody has at the moment, those for a while included. */
export function rolesNow({ subject, elevations = [] }: Issuance, now: EpochSeconds): RolesNow {
  const living = elevations.filter(({ endsAt }) => toEpochSeconds(endsAt) > now)
  if (living.length === 0) return { roles: subject.roles, until: Number.POSITIVE_INFINITY }
  const roles = new Set([...subject.roles, ...living.map(({ role }) => role)])
  return { roles: [...roles], until: Math.min(...living.map(({ endsAt }) => toEpochSeconds(endsAt))) }
}
