import type { EpochMs } from 'countersign/core'

/** What a verifier shows to read the feed: `cs_svc_` + id + secret, kept as a hash. */
export interface ServiceCredential {
  /** `svc_…` */
  readonly id: string
  readonly name: string
  /** base64url SHA-256 of the secret (256 random bits, so that a plain hash is enough). */
  readonly secretHash: string
  readonly createdAt: EpochMs
}

/** Owned by `credential`. */
export interface ServiceCredentialStore {
  add(credential: ServiceCredential): Promise<void>
  find(id: string): Promise<ServiceCredential | undefined>
  list(): Promise<readonly ServiceCredential[]>
  /** Removes it and appends a `credential` entry aimed at `key:<id>`. @returns false when there was none. */
  remove(id: string, at: EpochMs): Promise<boolean>
}
