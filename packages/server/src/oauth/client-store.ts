import type { EpochMs } from 'countersign/core'
import type { OAuthClient } from './oauth-client.ts'

export interface SecretRotation {
  readonly id: string
  readonly secretHash: string
  /** Until when the secret of before is taken as well. */
  readonly formerUntil: EpochMs
  readonly at: EpochMs
}

/** Owned by `oauth`. Each method is one transaction, log entries included. */
export interface OAuthClientStore {
  add(client: OAuthClient): Promise<void>
  find(id: string): Promise<OAuthClient | undefined>
  list(): Promise<readonly OAuthClient[]>
  /** @returns false when there is no such client, or it has no secret. */
  rotateSecret(rotation: SecretRotation): Promise<boolean>
  /** Disabling appends a hard cut-off `client:<id>`: nothing that it holds is good any more, also once it is enabled again. */
  setDisabled(id: string, isDisabled: boolean, at: EpochMs): Promise<boolean>
  /** Hard cut-off `client:<id>`, consents gone. */
  remove(id: string, at: EpochMs): Promise<boolean>
}
