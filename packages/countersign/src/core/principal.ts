import type { EpochSeconds } from './platform.ts'

/** Who is calling, as far as it was proven. Frozen, and shared between requests that present the same token. */
export interface Principal {
  /** Who issued the credential: the issuer's URL. */
  readonly issuer: string
  /** `sub`: the user's id, or the client's for a client without a user. */
  readonly subject: string
  /** The user's id; undefined when a client acts for itself. */
  readonly user: string | undefined
  /** The session that the credential belongs to. */
  readonly session: string | undefined
  readonly client: string
  readonly roles: readonly string[]
  readonly groups: readonly string[]
  readonly scope: readonly string[]
  /** When the user last proved who they are (`auth_time`); refreshing does not move it. */
  readonly authenticatedAt: EpochSeconds | undefined
  /** How they proved it (`amr`, RFC 8176). */
  readonly methods: readonly string[]
  /** How strongly they proved it (`acr`), by the issuer's own names; ours are `mfa` and `phr`. */
  readonly acr?: string | undefined
  /** The service that acts for the user (`act`, RFC 8693), where one has exchanged the user's token for this one. */
  readonly actor?: string | undefined
  /** It, and those that it acts for in turn. */
  readonly actors?: readonly string[] | undefined
  /** `jti` of the access token. */
  readonly tokenId: string
  readonly issuedAt: EpochSeconds
  readonly expiresAt: EpochSeconds
}
