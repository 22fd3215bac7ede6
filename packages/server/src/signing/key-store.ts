import type { EpochMs } from 'countersign/core'
import type { JwsAlgorithm } from 'countersign/crypto'
import type { PublicJwk } from 'countersign/key'

/** What a signing key is for. A key of one purpose is never published, or accepted, for another. */
export type KeyPurpose = 'access-token' | 'feed'

/** `next` is published before it signs; `current` signs; `previous` verifies until its last token has expired. */
export type KeyState = 'next' | 'current' | 'previous' | 'revoked'

export interface StoredKey {
  readonly kid: string
  readonly purpose: KeyPurpose
  readonly algorithm: JwsAlgorithm
  readonly publicJwk: PublicJwk
  /** The private key (PKCS #8), sealed under the master secret with the kid as associated data. */
  readonly sealed: Uint8Array
  readonly state: KeyState
  readonly createdAt: EpochMs
  /** When it became `current`. */
  readonly activatedAt: EpochMs | undefined
  /** For `previous`: when the last token it signed has expired. */
  readonly verifyUntil: EpochMs | undefined
}

export interface KeyRotation {
  readonly purpose: KeyPurpose
  /** The `current` kid that the caller saw: the rotation happens only if it still is. */
  readonly from: string
  readonly next: StoredKey
  /** Until when tokens of the outgoing key can live. */
  readonly verifyUntil: EpochMs
  readonly at: EpochMs
}

export interface KeyRevocation {
  readonly kid: string
  /** Takes the place of `next` when the revoked key was `current` or `next`. */
  readonly next: StoredKey
  readonly at: EpochMs
}

/** Owned by `signing`. Each change appends its `keyset` entry, and a revocation its cut-off, in the same transaction. */
export interface KeyStore {
  /** Every key that is not gone, revoked ones included. */
  all(): Promise<readonly StoredKey[]>
  /** Adds the first `current` and `next` of a purpose. @returns false, changing nothing, when the purpose has keys already. */
  initialise(keys: readonly StoredKey[]): Promise<boolean>
  /** current → previous, next → current, `rotation.next` → next; one winner of many. */
  rotate(rotation: KeyRotation): Promise<'rotated' | 'lost'>
  /**
   * Marks a key as revoked: cut-off `key:<kid>` and `keyset` in one transaction. A revoked `current` hands over to
   * `next` at once.
   */
  revoke(revocation: KeyRevocation): Promise<'revoked' | 'unknown'>
  /** Puts `next` in the place of `sealed`, which is the same key sealed otherwise. @returns false when something else stands there by now. */
  reseal(kid: string, sealed: Uint8Array, next: Uint8Array): Promise<boolean>
  /** Removes `previous` keys whose `verifyUntil` has passed, and revoked keys whose last token has expired. */
  retire(now: EpochMs): Promise<number>
}
