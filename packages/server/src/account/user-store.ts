import type { EpochMs } from 'countersign/core'
import type { NewJob } from '../delivery/delivery-store.ts'
import type { Issuance } from '../session/session-store.ts'
import type { PasswordRecord, User, UserStatus } from './user.ts'

export interface PasswordChange {
  readonly user: string
  /** The generation that the old password was checked against. */
  readonly fromGeneration: number
  readonly hash: string
  /** The session that asked, which goes on; every other one ends. */
  readonly keepSession: string | undefined
  readonly at: EpochMs
}

export interface UserPage {
  /** Ids after this one. */
  readonly after?: string
  readonly limit: number
  /** Part of the e-mail address or name, in any case. */
  readonly search?: string
}

/** Owned by `account`. Each method is one transaction, log entries included. */
export interface UserStore {
  /** @param jobs What is to be told of it: committed with the account, or not at all. */
  create(user: User, passwordHash: string, jobs?: readonly NewJob[]): Promise<'created' | 'email_taken'>
  find(id: string): Promise<User | undefined>
  /** For sign-in: the user and the password generation to check against. Case of the address does not matter. */
  findByEmail(email: string): Promise<{ readonly user: User; readonly password: PasswordRecord } | undefined>
  findPassword(id: string): Promise<PasswordRecord | undefined>
  list(page: UserPage): Promise<readonly User[]>
  /** Cut-off `user:<id>`; all sessions but `keepSession` end. @returns what the kept session's new token may rest on. */
  changePassword(change: PasswordChange): Promise<{ readonly kept: Issuance | undefined } | 'changed_meanwhile'>
  /** The same password, hashed anew: no cut-off, no new generation. Does nothing unless `from` is what is stored. @returns whether it was. */
  replaceHash(user: string, from: string, to: string): Promise<boolean>
  /** Suspending: hard cut-off `user:<id>`, sessions end. Restoring revives nothing. */
  setStatus(id: string, status: UserStatus, at: EpochMs): Promise<User | undefined>
  /** Soft cut-off `user:<id>`: the sessions pick the new roles up at their next refresh. */
  setRoles(id: string, roles: readonly string[], at: EpochMs): Promise<User | undefined>
  setGroups(id: string, groups: readonly string[], at: EpochMs): Promise<User | undefined>
  /** Verifiers do not know it: no cut-off. @param name Undefined: none. */
  setName(id: string, name: string | undefined): Promise<User | undefined>
  /** How many passwords of OPAQUE there are, by the setup that they were made with. */
  countByOpaqueSetup(): Promise<ReadonlyMap<string, number>>
  /** Replaces the standing offer to create the first administrator. Refused (false) once an administrator exists. */
  offerSetup(tokenHash: string, expiresAt: EpochMs): Promise<boolean>
  /** Creates the first administrator and ends the offer, once. */
  redeemSetup(tokenHash: string, user: User, passwordHash: string): Promise<'created' | 'refused' | 'email_taken'>
}
