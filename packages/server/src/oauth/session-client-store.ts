import type { EpochMs } from 'countersign/core'

/** A client that people have signed in to with a session of theirs. */
export interface SessionClient {
  readonly session: string
  readonly client: string
  readonly user: string
}

/** Of which sessions: one, those of a user, or all. */
export interface SessionsOf {
  readonly session?: string
  readonly user?: string
}

/**
 * Which clients have to be told that a session has ended. Noted with the first token that a client gets by it (`OAuthStore.redeem`), and kept
 * until they were told, or it would have ended anyway. Owned by `oauth`; each method is one transaction.
 */
export interface SessionClientStore {
  /** Of sessions that are no more, so many at most. */
  ofEnded(sessions: SessionsOf, limit: number): Promise<readonly SessionClient[]>
  forget(told: readonly SessionClient[]): Promise<void>
  /** Forgets those of sessions that would be over by now, so many at most. @returns how many. */
  sweep(now: EpochMs, limit: number): Promise<number>
}
