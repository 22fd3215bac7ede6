import type { EpochMs } from 'countersign/core'
import type { Position } from 'countersign/revocation'
import type { StoredScopes } from './role-scopes.ts'

export interface StoredRole {
  readonly name: string
  readonly scope: readonly string[]
  readonly changedAt: EpochMs
}

/** What decides which scopes an application is given. The head of the log was read before all else, or in one with it. */
export interface ScopeFacts {
  readonly rev: Position
  /** What the application may ask for at most. */
  readonly scopes: readonly string[]
  /** Of those, the ones that nobody is given but by a role. */
  readonly reserved: readonly string[]
  /** Of the person in whose name it asks; undefined where it speaks for itself. */
  readonly roles: readonly string[] | undefined
  readonly stored: StoredScopes | undefined
}

/**
 * Owned by `credential`. Each method is one transaction, log entries included.
 *
 * A change of what a role brings appends a soft cut-off of `role:<name>`, and of `client:<id>` for whatever lives by the role without naming it: keys that
 * have a scope of it and not the role, and applications that may ask people for such a scope. Where those are too many it is one of `issuer:`, ourselves.
 */
export interface RoleStore {
  /** By name. */
  list(): Promise<readonly StoredRole[]>
  /** Scopes that a role brings, or once brought, by name: no application is given them in the name of somebody who has no such role. */
  reserved(): Promise<readonly string[]>
  /** @returns `full` when it would be one role more than `limit`. */
  set(role: StoredRole, limit: number): Promise<'set' | 'full'>
  /** Its scopes stay reserved. @returns false when there was none. */
  remove(name: string, at: EpochMs): Promise<boolean>
  /** For scopes that the configuration gives to roles. */
  reserve(scopes: readonly string[]): Promise<void>
  /** @returns `held` when a role of the database brings it, `unknown` when it is not reserved. */
  release(scope: string): Promise<'released' | 'held' | 'unknown'>
  /** @returns undefined when the application is unknown, or the person gone or not active. */
  scopeFacts(client: string, user: string | undefined): Promise<ScopeFacts | undefined>
}
