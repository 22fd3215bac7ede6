import { AuthError, type RefusalDetail } from 'countersign/core'

/** What an authenticator has signed, as a browser gives it (WebAuthn Level 3 section 5.1.8, `AuthenticationResponseJSON`). All texts are base64url. */
export interface PasskeyAssertion {
  /** Of the credential. */
  readonly id: string
  readonly response: {
    readonly clientDataJSON: string
    readonly authenticatorData: string
    readonly signature: string
    readonly userHandle?: string | undefined
  }
}

/** What is shown beside the password. */
export type FactorProof =
  | { readonly totpCode: string }
  | { readonly recoveryCode: string }
  | {
      readonly passkey: PasskeyAssertion
      /** The session that the challenge was made for; none at sign-in, which has no session yet. */
      readonly session?: string | undefined
    }

export type FactorKind = 'totp' | 'passkey' | 'recovery_code'

/** The first factor was right, and the account wants another. */
export class FactorRequired extends AuthError {
  /** What would do. */
  readonly factors: readonly FactorKind[]
  /** That the first factor was right: what a passkey's challenge is asked with. Undefined where the account has none. */
  readonly ticket: string | undefined

  constructor(factors: readonly FactorKind[], detail: RefusalDetail, ticket?: string) {
    super('factor_required', detail)
    this.factors = factors
    this.ticket = ticket
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
