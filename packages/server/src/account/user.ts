import type { EpochMs } from 'countersign/core'

export type UserStatus = 'active' | 'suspended'

export interface User {
  /** `usr_…` */
  readonly id: string
  /** As given, trimmed; compared by its lower-case form. */
  readonly email: string
  readonly name: string | undefined
  readonly status: UserStatus
  readonly roles: readonly string[]
  readonly groups: readonly string[]
  readonly createdAt: EpochMs
  /** Moves with every change that kills older tokens: roles, groups, status, e-mail, password. */
  readonly updatedAt: EpochMs
}

export interface PasswordRecord {
  /** What the password is checked against: a PHC string, or an OPAQUE registration record (`opaque/opaque-record.ts`). */
  readonly hash: string
  /** Counts the changes, those of second factors too: a sign-in checked against generation n must not complete once n + 1 is committed. */
  readonly generation: number
}
