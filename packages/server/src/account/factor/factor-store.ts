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

export interface TotpConfirmation {
  readonly user: string
  readonly id: string
  /** Hashes. */
  readonly recoveryCodes: readonly string[]
  readonly at: EpochMs
}

/**
 * Owned by `account`. Each method is one transaction, log entries included. What changes the factors that sign-in asks for moves the
 * password generation on, so that no sign-in completes that has asked for those of before.
 */
export interface FactorStore {
  /** Takes the place of one that was not confirmed. Refused when there is a confirmed one, or no such user. */
  enrol(factor: TotpFactor): Promise<'enrolled' | 'refused'>
  find(user: string): Promise<TotpFactor | undefined>
  /** Once: soft cut-off `user:<id>`. @returns false when that factor is gone, or was confirmed before. */
  confirm(confirmation: TotpConfirmation): Promise<boolean>
  /** Of many callers with one code, one. @returns whether it was there. */
  useRecoveryCode(factor: string, hash: string): Promise<boolean>
  /** With its recovery codes. Soft cut-off `user:<id>` if it was confirmed. @returns whether it was there. */
  remove(user: string, id: string, at: EpochMs): Promise<boolean>
}
