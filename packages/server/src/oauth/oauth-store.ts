import type { EpochMs } from 'countersign/core'
import type { Position } from 'countersign/revocation'

/** Something that the protocol hands out and takes back: a code, a refresh token, a pushed request. */
export interface Artifact {
  /** As the protocol library calls it: `AuthorizationCode`, `RefreshToken`, … */
  readonly model: string
  /** Hash of what was handed out. */
  readonly id: string
  readonly payload: string
  /** The consent that it goes back to. It is not stored unless that stands. */
  readonly grant: string | undefined
  /** What it was made from: a refresh token from a code, or from the one before. It is not stored once that has gone. */
  readonly parent: { readonly model: string; readonly id: string } | undefined
  readonly user: string | undefined
  readonly client: string | undefined
  /** The session that it dies with; undefined for what lasts longer. */
  readonly session: string | undefined
  /** Hash of the code that a person types. */
  readonly userCode: string | undefined
  readonly expiresAt: EpochMs
}

export interface StoredArtifact {
  readonly payload: string
  readonly consumedAt: EpochMs | undefined
  readonly expiresAt: EpochMs
}

/** What a person has allowed a client. */
export interface Grant {
  readonly id: string
  readonly user: string
  readonly client: string
  readonly payload: string
  readonly createdAt: EpochMs
  readonly changedAt: EpochMs
}

/** An access token that is about to be signed. */
export interface TokenIssue {
  readonly jti: string
  readonly client: string
  /** Of a person; undefined when the client speaks for itself. */
  readonly person: { readonly user: string; readonly grant: string; readonly session: string | undefined } | undefined
  readonly expiresAt: EpochMs
  readonly at: EpochMs
}

/** Owned by `oauth`. Each method is one transaction, log entries included. */
export interface OAuthStore {
  /**
   * Adds, or replaces what nobody has used and no person stands behind: of two that approve one device code the first decides.
   *
   * @returns false when nothing was stored: it is there and settled, or its grant, session or parent has gone.
   */
  put(artifact: Artifact): Promise<boolean>
  /** Also what has expired, which the caller tells apart. @returns undefined when it is unknown, or its session has ended. */
  find(model: string, id: string, now: EpochMs): Promise<StoredArtifact | undefined>
  findByUserCode(userCode: string, now: EpochMs): Promise<StoredArtifact | undefined>
  /** True for exactly one caller. */
  consume(model: string, id: string, at: EpochMs): Promise<boolean>
  remove(model: string, id: string): Promise<void>
  /**
   * What an access token may be issued from: the head of the log, read before the facts. Notes the token under its grant.
   *
   * @returns `refused` when the client is unknown or disabled, or user, grant or session have ended.
   */
  issue(token: TokenIssue): Promise<Position | 'refused'>
  putGrant(grant: Omit<Grant, 'createdAt'>): Promise<void>
  findGrant(id: string): Promise<Grant | undefined>
  grantsOf(user: string): Promise<readonly Grant[]>
  /**
   * Everything that was handed out under a grant ends, each access token by a cut-off of its own.
   *
   * @param keep The consent itself stays: what was misused were tokens.
   * @returns false when there was no such grant.
   */
  endGrant(id: string, keep: boolean, at: EpochMs): Promise<boolean>
  /** Removes what has expired, at most so much of each kind. @returns how much. */
  sweep(now: EpochMs, limit: number): Promise<number>
}
