import type { EpochMs } from 'countersign/core'

/** An authenticator app (RFC 6238): one a user. */
export interface TotpFactor {
  /** `fac_…` */
  readonly id: string
  readonly user: string
  /** The secret, under the master secret. */
  readonly sealed: Uint8Array
  readonly createdAt: EpochMs
  /** Undefined until a first code was right: sign-in does not ask for it before. */
  readonly confirmedAt: EpochMs | undefined
}

/** Recovery codes that were made together. */
export interface RecoverySet {
  /** What their hashes are bound to. */
  readonly id: string
  readonly hashes: readonly string[]
}

export interface TotpConfirmation {
  readonly user: string
  readonly id: string
  /** Kept where it is the account's first second factor. */
  readonly recovery: RecoverySet
  readonly at: EpochMs
}

/** `first`: the account had no second factor, and the recovery codes that came along were kept; beside `another` they were not. */
export type FactorAddition = 'first' | 'another' | 'refused'

/** The recovery codes of an account. */
export interface RecoveryState {
  readonly set: string
  /** How many are left. */
  readonly left: number
}

/**
 * Owned by `account`. Each method is one transaction, log entries included. What changes the factors that sign-in asks for moves the
 * password generation on, so that no sign-in completes that has asked for those of before.
 */
export interface FactorStore {
  /** Takes the place of one that was not confirmed. Refused when there is a confirmed one, or no such user. */
  enrol(factor: TotpFactor): Promise<'enrolled' | 'refused'>
  find(user: string): Promise<TotpFactor | undefined>
  /** Once: soft cut-off `user:<id>`. Refused when that factor is gone, or was confirmed before. */
  confirm(confirmation: TotpConfirmation): Promise<FactorAddition>
  /** With the recovery codes, if it was the last second factor. Soft cut-off `user:<id>` if it was confirmed. @returns whether it was there. */
  remove(user: string, id: string, at: EpochMs): Promise<boolean>
  /** Undefined while the account has no second factor. */
  findRecovery(user: string): Promise<RecoveryState | undefined>
  /** Of many callers with one code, one. @returns whether it was there. */
  useRecoveryCode(set: string, hash: string): Promise<boolean>
  /** In the place of those of before. Soft cut-off `user:<id>`. @returns false when the account has no second factor. */
  renewRecovery(user: string, set: RecoverySet, at: EpochMs): Promise<boolean>
  /** By user; the first of those behind `after`. */
  list(after: string, limit: number): Promise<readonly TotpFactor[]>
  /** Puts `next` in the place of `sealed`, which is the same secret sealed otherwise. @returns false when it is another by now, or gone. */
  reseal(id: string, sealed: Uint8Array, next: Uint8Array): Promise<boolean>
}
