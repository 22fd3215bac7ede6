import type { EpochMs } from 'countersign/core'
import type { CallerKey, CallerKeyIssuance, CallerKeyKind, CallerKeyOwner } from './caller-key.ts'

export interface CallerKeyPage {
  /** Only of this owner. */
  readonly owner?: CallerKeyOwner
  readonly kinds: readonly CallerKeyKind[]
  /** Begin behind this id. */
  readonly after?: string
  readonly limit: number
}

/** What becomes of a key, from what it is now. What it throws leaves the key as it was. */
export type CallerKeyChange = (key: CallerKey) => Pick<CallerKey, 'settings' | 'expiresAt'>

/** Owned by `credential`. A change that makes what a verifier holds wrong appends a cut-off of `client:<id>` with it. */
export interface CallerKeyStore {
  /**
   * Adds a key, unless its owner is gone or not active, its session has ended, or its parent is gone.
   *
   * @throws {AuthError} `conflict` when the id is taken.
   */
  add(key: CallerKey): Promise<'added' | 'refused'>
  find(id: string): Promise<CallerKey | undefined>
  /** By id. */
  list(page: CallerKeyPage): Promise<readonly CallerKey[]>
  /** @returns undefined when the key is gone or has expired at `at`, its owner is gone or not active, or its session has ended. */
  issue(id: string, at: EpochMs): Promise<CallerKeyIssuance | undefined>
  /**
   * Adds `successor` and lets the key expire at `expiresAt`, if that is earlier than before. One of several at once does. What was made
   * with the key hangs on the successor from then on.
   */
  replace(id: string, successor: CallerKey, expiresAt: EpochMs, at: EpochMs): Promise<'replaced' | 'refused'>
  /**
   * Of several changes at once each sees the one before it. What was made with the key is cut off softly with it. One that was replaced gets no longer life by it.
   *
   * @returns the key as it is now; undefined when there is none.
   */
  update(id: string, change: CallerKeyChange, at: EpochMs): Promise<CallerKey | undefined>
  /**
   * Puts `next` in the place of `material`, which is the same secret sealed otherwise: nobody who holds a key need hear of it.
   *
   * @returns false when the key has other material by now, or is gone.
   */
  reseal(id: string, material: string, next: string): Promise<boolean>
  /** Removes it and what was made with it. @returns false when there was none. */
  remove(id: string, at: EpochMs): Promise<boolean>
  /** Removes what has expired, up to `limit` of them: nothing accepts it any more. @returns how many. */
  dropExpired(at: EpochMs, limit: number): Promise<number>
  /** Writes when keys were last used, all at once, where that is later than what is known. Those that there are no more are passed over. */
  noteUses(uses: readonly { readonly id: string; readonly at: EpochMs }[]): Promise<void>
}
