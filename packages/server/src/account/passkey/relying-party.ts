/** Whom passkeys are for (WebAuthn Level 3 section 4): authenticators bind a key to the id, browsers vouch for the origin. */
export interface RelyingParty {
  /** A domain: the host of the issuer, or a parent of it. What it is called can never change without losing every passkey. */
  readonly id: string
  /** As authenticators show it. */
  readonly name: string
  /** Of the pages that may ask for a passkey. */
  readonly origins: readonly string[]
}
