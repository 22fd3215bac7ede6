import { AuthError, type RefusalDetail } from 'countersign/core'

/** What is shown beside the password. */
export type FactorProof = { readonly totpCode: string } | { readonly recoveryCode: string }

export type FactorKind = 'totp' | 'recovery_code'

/** The first factor was right, and the account wants another. */
export class FactorRequired extends AuthError {
  /** What would do. */
  readonly factors: readonly FactorKind[]

  constructor(factors: readonly FactorKind[], detail: RefusalDetail) {
    super('factor_required', detail)
    this.factors = factors
  }
}

/** Port of `session`, implemented by `account`. */
export interface SecondFactors {
  /**
   * Asked once the first factor was right.
   *
   * @returns the method references (RFC 8176) of what was shown; none where the account has no second factor.
   * @throws {AuthError} `factor_required` (`FactorRequired`), `credentials_invalid`.
   */
  prove(user: string, proof: FactorProof | undefined): Promise<readonly string[]>
}
