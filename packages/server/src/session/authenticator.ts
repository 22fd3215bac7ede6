import type { EpochMs } from 'countersign/core'

/** What a sign-in may rest on. */
export interface Authentication {
  /** `usr_…` */
  readonly user: string
  /** The password generation that was really checked, which second factors move on too: `open` refuses when it is no longer the newest. */
  readonly passwordGeneration: number
  /** RFC 8176 method references. */
  readonly amr: readonly string[]
  /** It has shown two factors by itself, so that no other is asked for. */
  readonly isMultiFactor?: true
  /** The hash of the link in a mail that this rests on: used up by the opening of the session, and not before. */
  readonly link?: string
  /** When they proved it, where that was earlier than now: at another provider. */
  readonly authenticatedAt?: EpochMs
  /** Another provider's session, with which ours ends. */
  readonly upstream?: UpstreamSession
}

/** A session at another provider (OpenID Connect Back-Channel Logout 1.0). */
export interface UpstreamSession {
  readonly issuer: string
  readonly subject: string
  /** Undefined where the provider does not name its sessions. */
  readonly sid: string | undefined
}

/** Port of `session`, implemented by `account`. */
export interface Authenticator {
  /** Before anything is written for the sake of an attempt. @throws {AuthError} `overloaded` where it would be refused now. */
  requireRoom(): void
  /** Slow on purpose, and outside any transaction. @throws {AuthError} `credentials_invalid`, alike for whatever reason; `overloaded`. */
  authenticate(email: string, password: string): Promise<Authentication>
}
