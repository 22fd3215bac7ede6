import type { SignedIn } from './session-tokens.ts'

/** Somebody who has not shown yet who they are. */
export interface SignInAttempt {
  /** An e-mail address or the id of a user, however it was written. Nothing of it is stored. */
  readonly account: string
  /** Where it comes from; undefined where that is not known. */
  readonly address: string | undefined
  /** What an earlier sign-in has left on the device. It proves nothing but that. */
  readonly deviceToken?: string | undefined
  /** It is something else that they show: they are signed in. */
  readonly isSignedIn?: boolean
}

/** Somebody who is signed in, and shows once more who they are. */
export interface SessionAttempt {
  readonly session: string
}

/** Of a person who is signed in; without a session, which a token of another kind does not have, by their account. */
export const proofBy = (user: string, session: string | undefined): SignInAttempt | SessionAttempt =>
  session === undefined ? { account: user, address: undefined } : { session }

/** Port of `session`, implemented by `account`: bounds how often a secret is guessed. */
export interface SignInGuard {
  /**
   * Counts the attempt before `work` begins, and takes it back when nothing was guessed wrongly.
   *
   * @throws {AuthError} `rate_limited`, and then `work` has not begun; whatever `work` throws.
   */
  guard<Result>(attempt: SignInAttempt | SessionAttempt, work: () => Promise<Result>): Promise<Result>
}

/** Port of `session`, implemented by `account`: what is left on a device by whoever has signed in there. */
export interface DeviceMarks {
  /** @param presented What the device had already, of whomever it is: the device stays the same one if it is the user's. */
  issue(owner: DeviceOwner, presented: string | undefined): NonNullable<SignedIn['deviceToken']>
}

export interface DeviceOwner {
  readonly user: string
  /** As in `Authentication`: with another one the mark is nothing any more. */
  readonly passwordGeneration: number
}
