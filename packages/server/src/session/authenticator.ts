/** What a sign-in may rest on. */
export interface Authentication {
  /** `usr_…` */
  readonly user: string
  /** The password generation that was really checked, which second factors move on too: `open` refuses when it is no longer the newest. */
  readonly passwordGeneration: number
  /** RFC 8176 method references. */
  readonly amr: readonly string[]
}

/** Port of `session`, implemented by `account`. */
export interface Authenticator {
  /** Slow on purpose, and outside any transaction. @throws {AuthError} `credentials_invalid`, alike for whatever reason; `overloaded`. */
  authenticate(email: string, password: string): Promise<Authentication>
}
