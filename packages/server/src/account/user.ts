import type { EpochMs } from 'countersign/core'

export type UserStatus = 'active' | 'suspended'

export interface User {
  /** `usr_…` */
  readonly id: string
  /** As given, trimmed; compared by its lower-case form. */
  readonly email: string
  /** When whoever reads the mail of the address last showed it; undefined: never, of this address. */
  readonly emailVerifiedAt: EpochMs | undefined
  readonly name: string | undefined
  readonly status: UserStatus
  readonly roles: readonly string[]
  readonly groups: readonly string[]
  readonly createdAt: EpochMs
  /** Moves with every change that kills older tokens: roles, groups, status, e-mail, password. */
  readonly updatedAt: EpochMs
}

/** Stands in the place of a hash where no password is right: `PasswordHasher.verify` and OPAQUE treat it as one that they cannot read. */
export const NO_PASSWORD = '$none'

export interface PasswordRecord {
  /** What the password is checked against: a PHC string, an OPAQUE registration record (`opaque/opaque-record.ts`), or `NO_PASSWORD`. */
  readonly hash: string
  /** Counts the changes, those of second factors too: a sign-in checked against generation n must not complete once n + 1 is committed. */
  readonly generation: number
}
