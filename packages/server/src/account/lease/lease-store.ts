import type { EpochMs } from 'countersign/core'
import type { User } from '../user.ts'

/** A person of a pool, lent to one caller for a while. */
export interface Lease {
  /** `lea_…` */
  readonly id: string
  readonly pool: string
  readonly user: string
  readonly email: string
  /** Who took it, by user id or client; undefined for the administrator of the machine. */
  readonly startedBy: string | undefined
  readonly startedAt: EpochMs
  readonly endsAt: EpochMs
  /** Undefined until its end was noted: by hand, or by the clock, whose end may be older than that note. */
  readonly endedAt: EpochMs | undefined
  /** `clock`; `local`, the administrator of the machine; or whoever has ended it. */
  readonly endedBy: string | undefined
  /** The password under a key that is kept elsewhere; undefined where it was handed over at once, and after the end. */
  readonly sealed: string | undefined
}

/** What was done with a lease, and by whom: kept beside it. */
export interface LeaseEvent {
  readonly kind: 'started' | 'revealed' | 'ended'
  readonly at: EpochMs
  /** As `startedBy` and `endedBy`. */
  readonly by: string | undefined
  readonly address: string | undefined
}

export type NewLease = Omit<Lease, 'user' | 'email' | 'endedAt' | 'endedBy'> & {
  /** Of the password that is right while it lasts. */
  readonly passwordHash: string
  readonly address: string | undefined
}

export interface LeaseEnding {
  readonly id: string
  /** As `endedBy`. */
  readonly by: string
  readonly address: string | undefined
  readonly at: EpochMs
}

export interface LeaseReveal {
  readonly id: string
  /** What was opened: another one by now means that somebody was quicker. */
  readonly from: string
  /** The same under the next key. */
  readonly sealed: string
  readonly by: string | undefined
  readonly address: string | undefined
  readonly at: EpochMs
}

/** Somebody who can be lent. */
export interface PoolUser {
  readonly user: string
  readonly email: string
  readonly pool: string
  /** The lease that stands. */
  readonly lease: string | undefined
  /** No lease stands, and none will be given: an operator has restored them, or they have another address by now. */
  readonly isSetAside: boolean
}

/** Owned by `account`. Each method is one transaction, log entries included. */
export interface LeaseStore {
  /** Creates somebody of a pool: suspended, without a password. */
  addUser(user: User, pool: string): Promise<'added' | 'email_taken'>
  /** Takes them out of their pool. They stay as they are: suspended. @returns `leased` while somebody has them. */
  removeUser(user: string): Promise<'removed' | 'leased' | 'unknown'>
  users(page: { readonly pool?: string | undefined; readonly after: string; readonly limit: number }): Promise<readonly PoolUser[]>
  /**
   * Lends whoever of the pool was free for longest: active from now on, with this password. Of many at once nobody gets the same.
   *
   * @returns undefined when nobody is free.
   */
  start(lease: NewLease): Promise<Lease | undefined>
  find(id: string): Promise<Lease | undefined>
  /** Those that stand, whoever took them; or all, the newest first. */
  list(filter: { readonly standing: boolean; readonly startedBy?: string | undefined; readonly limit: number }): Promise<readonly Lease[]>
  /** Oldest first. */
  events(id: string): Promise<readonly LeaseEvent[]>
  /** When the lease of a user ends or has ended whose end nobody has noted; undefined for anybody who is not lent. */
  standingEnd(user: string): Promise<EpochMs | undefined>
  /** Puts what was opened under the next key, once. @returns false when it was opened by somebody else, or the lease is over. */
  reveal(reveal: LeaseReveal): Promise<boolean>
  /**
   * Suspends the user: hard cut-off `user:<id>`, sessions gone, no password is right; second factors, passkeys, links, identities of other
   * providers, keys and roles for a while that they got meanwhile are gone too.
   *
   * @returns what has ended; undefined when there is no such lease, or it was ended before.
   */
  end(ending: LeaseEnding): Promise<Lease | undefined>
  /** Those whose time is over and whose end nobody has noted. */
  due(now: EpochMs, limit: number): Promise<readonly Lease[]>
  /** Removes those that have ended before. @returns how many. */
  sweep(before: EpochMs, limit: number): Promise<number>
}
