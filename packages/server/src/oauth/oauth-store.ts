import type { EpochMs } from 'countersign/core'
import type { ScopeFacts } from '../credential/index.ts'
import type { OAuthClient } from './oauth-client.ts'
import type { Person } from './person-claims.ts'

/** Something that the protocol hands out and takes back: a code, a refresh token, a pushed request. */
export interface Artifact {
  /** As the protocol library calls it: `AuthorizationCode`, `RefreshToken`, … */
  readonly model: string
  /** Hash of what was handed out. */
  readonly id: string
  readonly payload: string
  /** The consent that it goes back to. It is not stored unless that stands. */
  readonly grant: string | undefined
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

/** An access token in the name of a person, which was signed and not handed out yet. */
export interface PersonalToken {
  readonly jti: string
  readonly client: string
  readonly person: {
    readonly user: string
    readonly grant: string
    readonly session: string | undefined
    /** The session in which it was allowed, also where the token outlasts it: its client is told when that ends. */
    readonly signedIn?: string | undefined
  }
  readonly expiresAt: EpochMs
  readonly at: EpochMs
}

/** What a token request that redeems something changes, all of it or nothing. */
export interface Redemption {
  readonly model: string
  /** Hash of what was shown. */
  readonly id: string
  /** Who redeemed it later than this may do so again, while its successor is unused. Undefined for what counts once. */
  readonly repeatableAfter: EpochMs | undefined
  readonly token: PersonalToken
  /** The refresh token that is handed out beside it. */
  readonly successor: Artifact | undefined
}

/** What a refresh token goes back to, all of it as it stood at one moment. */
export interface RefreshFacts {
  readonly client: OAuthClient
  /** Of the refresh token. */
  readonly payload: string
  readonly grant: Pick<Grant, 'id' | 'payload'>
  readonly person: Person
  /** With the head of the log, which was read before all else, or in one with it. */
  readonly scopes: ScopeFacts
}

/** Owned by `oauth`. Each method is one transaction, log entries included. */
export interface OAuthStore {
  /**
   * Adds, or replaces what nobody has used and no person stands behind: of two that approve one device code the first decides.
   *
   * @returns false when nothing was stored: it is there and settled, or its grant or session has gone.
   */
  put(artifact: Artifact): Promise<boolean>
  /** Also what has expired, which the caller tells apart. @returns undefined when it is unknown, or its session has ended. */
  find(model: string, id: string, now: EpochMs): Promise<StoredArtifact | undefined>
  findByUserCode(userCode: string, now: EpochMs): Promise<StoredArtifact | undefined>
  /**
   * @param id Hash of the refresh token, of this client. Whether it has expired is for the caller to tell.
   * @returns undefined when it is unknown or used, or when client, person, consent or session have ended.
   */
  findRefresh(client: string, id: string, now: EpochMs): Promise<RefreshFacts | undefined>
  /** True for exactly one caller. */
  consume(model: string, id: string, at: EpochMs): Promise<boolean>
  remove(model: string, id: string): Promise<void>
  /**
   * Uses up what is redeemed, notes the token under its grant and its client beside the session, and stores the successor. All that the token
   * goes back to is looked at here: whatever has ended since the log was read for its `rev` either refuses it, or stands behind that in the log.
   *
   * @returns false, and nothing has changed, when somebody else has redeemed it, or it has gone, or client, user, grant or session have ended.
   */
  redeem(redemption: Redemption): Promise<boolean>
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
