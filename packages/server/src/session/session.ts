import type { EpochMs } from 'countersign/core'

/** What is known of the device that a session lives on. */
export interface Device {
  /** As the person named it. */
  readonly name: string | undefined
  readonly userAgent: string | undefined
  readonly address: string | undefined
  /** In which language whoever signs in there is spoken to. Not kept with the session. */
  readonly language?: string
}

/** A session row (DESIGN 6). The refresh token is computed from it and stands nowhere. */
export interface Session {
  /** `ses_…` */
  readonly id: string
  readonly user: string
  readonly client: string
  readonly device: Device
  readonly createdAt: EpochMs
  /** When the user proved who they are. Refreshing does not move it. */
  readonly authenticatedAt: EpochMs
  readonly amr: readonly string[]
  readonly generation: number
  readonly rotatedAt: EpochMs
  /** base64url SHA-256 of the `Idempotency-Key` that made the newest rotation. */
  readonly rotatedBy: string | undefined
  /** base64url, 128 bits. */
  readonly salt: string
  /** The purpose key that made the newest generation, so that key rotation keeps the successor computable. */
  readonly keyId: string
  /** Absolute end. */
  readonly expiresAt: EpochMs
  /** End unless refreshed before. */
  readonly idleExpiresAt: EpochMs
  /** The key that it is bound to (RFC 9449), by its JWK thumbprint: without a proof of that key nothing is refreshed. */
  readonly dpopKey: string | undefined
}
