import type { EpochMs } from 'countersign/core'
import type { Position } from 'countersign/revocation'
import type { OAuthClient } from './oauth-client.ts'

export interface SecretRotation {
  readonly id: string
  readonly secretHash: string
  /** Until when the secret of before is taken as well. */
  readonly formerUntil: EpochMs
  readonly at: EpochMs
}

export interface ClientUpdate {
  /** As it is to be. Its `version` is the one that it was read with. */
  readonly client: OAuthClient
  /** It loses something: what its tokens say is not true any more. */
  readonly narrows: boolean
  readonly at: EpochMs
}

/** A client, and how much of the log had been seen when it was read. */
export interface SeenClient {
  readonly client: OAuthClient
  readonly rev: Position
}

/** Owned by `oauth`. Each method is one transaction, log entries included. */
export interface OAuthClientStore {
  add(client: OAuthClient): Promise<void>
  /**
   * Adds a client that registers by itself, and counts one use of its invitation. An invitation with one use lets one in, however many ask at once.
   *
   * @returns false when the invitation is unknown, expired, or used up: nothing was added.
   */
  register(client: OAuthClient, invitation: string, at: EpochMs): Promise<boolean>
  /**
   * Changes what it was registered as; secrets and whether it is disabled stay. What loses something gets a soft cut-off `client:<id>`: its
   * tokens die, and what it fetches anew says what is true.
   *
   * @returns false when it is gone, or was changed since it was read.
   */
  update(update: ClientUpdate): Promise<boolean>
  find(id: string): Promise<OAuthClient | undefined>
  /** As `find`, with the head of the log that was read before it, or in one with it. */
  findSeen(id: string): Promise<SeenClient | undefined>
  list(): Promise<readonly OAuthClient[]>
  /** @returns false when there is no such client, or it has no secret. */
  rotateSecret(rotation: SecretRotation): Promise<boolean>
  /** Disabling appends a hard cut-off `client:<id>`: nothing that it holds is good any more, also once it is enabled again. */
  setDisabled(id: string, isDisabled: boolean, at: EpochMs): Promise<boolean>
  /** Hard cut-off `client:<id>`, consents gone. */
  remove(id: string, at: EpochMs): Promise<boolean>
}
