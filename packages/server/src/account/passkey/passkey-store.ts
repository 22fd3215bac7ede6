import type { EpochMs } from 'countersign/core'
import type { FactorAddition, RecoverySet } from '../factor/factor-store.ts'

/** A credential of WebAuthn: the public half of a key that an authenticator holds. */
export interface Passkey {
  /** `psk_…` */
  readonly id: string
  readonly user: string
  /** As the authenticator calls it, base64url. */
  readonly credential: string
  /** COSE (RFC 9052). */
  readonly publicKey: Uint8Array
  /** Of the newest signature; 0 where the authenticator does not count. */
  readonly counter: number
  /** How the authenticator can be reached, as it told: a hint for browsers. */
  readonly transports: readonly string[]
  /** The key may leave its authenticator, as those do that a password manager keeps. It never changes. */
  readonly synced: boolean
  /** It has left. */
  readonly backedUp: boolean
  readonly name: string
  readonly createdAt: EpochMs
  readonly lastUsedAt: EpochMs | undefined
}

export interface PasskeyEnrolment {
  readonly passkey: Passkey
  /** No account has more. */
  readonly maximum: number
  /** Kept where it is the account's first second factor. */
  readonly recovery: RecoverySet
}

export interface PasskeyUse {
  readonly id: string
  readonly counter: number
  readonly backedUp: boolean
  readonly at: EpochMs
}

/**
 * Owned by `account`. Each method is one transaction, log entries included. As with `FactorStore`, what changes the factors that sign-in asks
 * for moves the password generation on.
 */
export interface PasskeyStore {
  /** Soft cut-off `user:<id>`. Refused where there is no such user, the credential is known already, whosever it is, or there are too many. */
  enrol(enrolment: PasskeyEnrolment): Promise<FactorAddition>
  findByCredential(credential: string): Promise<Passkey | undefined>
  /** By creation. */
  list(user: string): Promise<readonly Passkey[]>
  rename(user: string, id: string, name: string): Promise<Passkey | undefined>
  /**
   * One statement: of two signatures with one count one is taken.
   *
   * @returns false when the counter has not moved forward (0 may stay 0), or the passkey is gone.
   */
  use(use: PasskeyUse): Promise<boolean>
  /** Soft cut-off `user:<id>`; with the recovery codes, if it was the last second factor. @returns whether it was there. */
  remove(user: string, id: string, at: EpochMs): Promise<boolean>
}
