import type { EpochMs } from 'countersign/core'
import type { RegistrationLimits } from './oauth-client.ts'

/** Lets clients register by themselves: the "initial access token" of RFC 7591. */
export interface ClientInvitation {
  /** `inv_…` */
  readonly id: string
  readonly tokenHash: string
  /** What may be registered with it. */
  readonly limits: RegistrationLimits
  /** How often it may still be used. */
  readonly usesLeft: number
  readonly createdAt: EpochMs
  readonly expiresAt: EpochMs
}

/** Owned by `oauth`. Each method is one transaction. It is used by `OAuthClientStore.register`. */
export interface ClientInvitationStore {
  add(invitation: ClientInvitation): Promise<void>
  findByToken(tokenHash: string): Promise<ClientInvitation | undefined>
  /** Oldest first, also what cannot be used any more. */
  list(): Promise<readonly ClientInvitation[]>
  /** @returns false when there was none. */
  remove(id: string): Promise<boolean>
  /** Removes at most so many that have expired by then. @returns how many. */
  sweep(expiredBy: EpochMs, limit: number): Promise<number>
}
