import type { EpochMs } from 'countersign/core'

/** Port of `session`, implemented by `account`: sessions of a person who is there for a while end with that while. */
export interface SessionLimits {
  /**
   * @returns the latest end of a session of the user; undefined where it is that of everybody.
   * @throws {AuthError} `credentials_invalid` when nobody can sign in as them any more.
   */
  limitOf(user: string): Promise<EpochMs | undefined>
}
