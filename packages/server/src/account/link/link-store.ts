import type { EpochMs } from 'countersign/core'
import type { NewJob } from '../../delivery/delivery-store.ts'
import type { LinkKind, StandingLink } from './link.ts'

export interface NewLink {
  /** Of the token, which is stored nowhere. */
  readonly hash: string
  readonly kind: LinkKind
  readonly user: string
  /** Undefined: the address that the account has now. */
  readonly email: string | undefined
  /** What may be typed in the place of the token, by whoever has the secret of the request. Hashes both. */
  readonly code: { readonly hash: string; readonly request: string } | undefined
  /** Of `not_me`: when what it tells of happened. */
  readonly createdAt: EpochMs
  readonly expiresAt: EpochMs
}

/** Which link: by the hash of its token, or of the request that asked for it. */
export type LinkKey = { readonly hash: string } | { readonly request: string }

export interface LinkTry {
  readonly key: LinkKey
  readonly maximum: number
  readonly at: EpochMs
}

/** A link that was tried, once more than before. */
export interface TriedLink extends StandingLink {
  readonly hash: string
  readonly codeHash: string | undefined
}

/** One use of a link: of many, one finds it. */
export interface LinkUse {
  readonly hash: string
  readonly at: EpochMs
}

export interface PasswordReset extends LinkUse {
  readonly passwordHash: string
}

/** What is to be told of the change, committed with it. */
export interface ToldLinkUse extends LinkUse {
  readonly jobs: (link: StandingLink, formerEmail: string) => readonly NewJob[]
}

/**
 * Owned by `account`. Each method is one transaction, log entries included: a link and what it does go together. What does not stand is not
 * found: expired links, links of suspended accounts, and those that were made for a password or an address that the account no longer has.
 * A link of kind `not_me` stands whatever became of password and address.
 */
export interface LinkStore {
  /** Takes the place of the one before of its kind; those of `not_me` stand side by side. @returns false when the user is gone or suspended. */
  add(link: NewLink): Promise<boolean>
  /** A plain read. */
  find(hash: string, at: EpochMs): Promise<StandingLink | undefined>
  /** Counts a try of a magic link. Undefined when none stands, and when it was tried `maximum` times. */
  try(attempt: LinkTry): Promise<TriedLink | undefined>
  /** The new password, address proven; sessions and tokens end, hard. */
  resetPassword(reset: PasswordReset): Promise<boolean>
  verifyEmail(use: LinkUse): Promise<boolean>
  /** Soft cut-off `user:<id>`. The links that were made for the old address go, but for `not_me`. */
  changeEmail(use: ToldLinkUse): Promise<'changed' | 'email_taken' | 'refused'>
  /**
   * Back to the address of the link, unless another account has it by now. The password is void, sessions and tokens end, hard; passkeys and identities of
   * other providers that were added since go, as they sign in by themselves, and all other links but those of `not_me` that are older: whoever had the account before
   * whom decides.
   */
  disown(use: ToldLinkUse): Promise<boolean>
  /** Removes what has expired. @returns how many. */
  sweep(now: EpochMs, limit: number): Promise<number>
}
