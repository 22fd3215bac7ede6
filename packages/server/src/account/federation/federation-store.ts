import type { EpochMs } from 'countersign/core'
import type { NewJob } from '../../delivery/delivery-store.ts'
import type { User } from '../user.ts'

/** Somebody as another provider knows them: by issuer and subject, which no other person ever gets there (OpenID Connect Core 1.0 section 2). */
export interface FederatedIdentity {
  /** `fid_…` */
  readonly id: string
  readonly issuer: string
  readonly subject: string
  readonly user: string
  /** As the provider called it when it was connected: for people to tell identities apart, and for nothing else. */
  readonly email: string | undefined
  readonly linkedAt: EpochMs
  readonly lastUsedAt: EpochMs | undefined
}

export interface IdentityLink {
  readonly identity: FederatedIdentity
  /** No account has more. */
  readonly maximum: number
}

export interface IdentityCreation {
  readonly user: User
  readonly identity: FederatedIdentity
  /** As in `UserStore.create`. */
  readonly jobs: readonly NewJob[]
}

/** What a provider says has ended: one session of its own, or all of a person's, or, with neither, all that it has. */
export interface UpstreamEnd {
  readonly issuer: string
  readonly subject: string | undefined
  readonly sid: string | undefined
  /** With both: also those of the person of which the provider has not said upon which session they rest. */
  readonly orUnnamed?: boolean
  readonly at: EpochMs
}

export interface EndedSession {
  readonly session: string
  readonly user: string
}

/**
 * Owned by `account`. Each method is one transaction, log entries included. What changes by whom an account is signed in to moves the password
 * generation on, as with second factors: a sign-in that rested on what was before does not complete.
 */
export interface FederationStore {
  find(issuer: string, subject: string): Promise<FederatedIdentity | undefined>
  /** By the time they were connected. */
  list(user: string): Promise<readonly FederatedIdentity[]>
  /**
   * Soft cut-off `user:<id>`.
   *
   * @returns `taken` where it is connected already, to whomever; `refused` where there is no such user, or there are too many.
   */
  link(link: IdentityLink): Promise<'linked' | 'taken' | 'refused'>
  /** A new account without a password, and its identity. */
  create(creation: IdentityCreation): Promise<'created' | 'email_taken' | 'taken'>
  /** Notes a sign-in. @returns false when it is gone. */
  use(id: string, at: EpochMs): Promise<boolean>
  /**
   * Soft cut-off `user:<id>`.
   *
   * @returns `last` when nothing would be left to sign in with: no password, no passkey, no other identity.
   */
  unlink(user: string, id: string, at: EpochMs): Promise<'unlinked' | 'last' | 'not_found'>
  /** Ends the sessions that were opened upon it; one hard cut-off each. */
  endUpstream(end: UpstreamEnd): Promise<readonly EndedSession[]>
}
