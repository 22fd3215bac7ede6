import type { EpochMs } from 'countersign/core'
import type { Position } from 'countersign/revocation'
import type { StoredScopes } from '../credential/index.ts'
import type { NewJob } from '../delivery/delivery-store.ts'
import type { UpstreamSession } from './authenticator.ts'
import type { Device, Session } from './session.ts'

/** The facts about a person that an access token carries. */
export interface TokenSubject {
  readonly id: string
  readonly email: string
  readonly name: string | undefined
  readonly roles: readonly string[]
  readonly groups: readonly string[]
}

/**
 * What an access token may be issued from. The transaction read the log head first and the facts after it (or held
 * the head while it read), so `rev` never claims more than was seen.
 */
export interface Issuance {
  readonly rev: Position
  readonly session: Session
  readonly subject: TokenSubject
  /** Roles that the person has for a while, beside those of `subject`: as long as nobody has noted their end. Absent where there are none. */
  readonly elevations?: readonly ElevatedRole[]
  /** What all these roles bring by the database. Absent where it says nothing of any. */
  readonly storedScopes?: StoredScopes
}

/** Counts until its end by the clock, also when nobody has noted that yet. */
export interface ElevatedRole {
  readonly role: string
  readonly endsAt: EpochMs
}

export interface SessionOpening {
  readonly session: Session
  /** The password generation that was really checked. */
  readonly passwordGeneration: number
  /** One session a user: the others end, hard, in the same transaction (B34). */
  readonly single: boolean
  /** What is to be told of it: committed with the session, or not at all. */
  readonly jobs?: readonly NewJob[]
  /** The hash of the magic link that is used up by it (`account/link`): refused unless it stands. */
  readonly link?: string | undefined
  readonly upstream?: UpstreamSession | undefined
}

export interface Rotation {
  readonly id: string
  /** The generation presented: the rotation happens only if it still is the newest. */
  readonly fromGeneration: number
  readonly keyId: string
  readonly rotatedBy: string | undefined
  readonly idleExpiresAt: EpochMs
  readonly at: EpochMs
}

/** A session whose user has proved once more who they are. */
export interface Reauthentication {
  readonly id: string
  readonly user: string
  /** As in `SessionOpening`. */
  readonly passwordGeneration: number
  /** All methods of the session from now on. */
  readonly amr: readonly string[]
  /** As in `Rotation`. */
  readonly keyId: string
  readonly rotatedBy: string | undefined
  /** From which it was done; its name stays. */
  readonly device: Pick<Device, 'userAgent' | 'address'>
  readonly at: EpochMs
}

/** Owned by `session`. Each method is one transaction, log entries included. */
export interface SessionStore {
  /** @returns `refused` when the user is gone, not active, or has another password by now. */
  open(opening: SessionOpening): Promise<Issuance | 'refused'>
  /** A plain read; ended sessions are gone. Expiry is the caller's to check. */
  find(id: string): Promise<Session | undefined>
  /** Compare-and-swap to `fromGeneration + 1`: of many callers one wins, the others get `lost`, as after the session's end. */
  rotate(rotation: Rotation): Promise<Issuance | 'lost'>
  /**
   * Moves `authenticatedAt`, and rotates. Soft cut-off `session:<id>`: the tokens of before are dead.
   *
   * @returns `refused` when the session has ended or is another's, or as `open` does.
   */
  reauthenticate(reauthentication: Reauthentication): Promise<Issuance | 'refused'>
  /** Head, then session and user, for a token that rotates nothing. */
  issuance(id: string): Promise<Issuance | undefined>
  /**
   * Hard cut-off `session:<id>`, row gone.
   *
   * @param isTheft Its refresh token was in two hands: the person is told.
   * @returns false when it had ended already (no entry is written then).
   */
  end(id: string, at: EpochMs, isTheft?: boolean): Promise<boolean>
  /** Ends all of a user's sessions but `except`; one cut-off each. @returns the ids that ended. */
  endAll(user: string, except: string | undefined, at: EpochMs): Promise<readonly string[]>
  /** Living sessions of a user, newest first. */
  list(user: string, now: EpochMs): Promise<readonly Session[]>
  /** How many living sessions there are, by the purpose key that made their newest generation. */
  countByKey(now: EpochMs): Promise<ReadonlyMap<string, number>>
  /** Removes rows past their absolute or idle end: their refresh tokens were dead already. */
  sweep(now: EpochMs, limit: number): Promise<number>
}
