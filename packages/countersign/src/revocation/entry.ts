import type { EpochMs } from '../core/platform.ts'
import { sha256Base64url } from '../crypto/digest.ts'
import type { Position } from './position.ts'
import type { RevocationMode, Target } from './target.ts'

/**
 * `cutoff` kills older tokens of its target; `keyset` says that published keys changed; `credential` that a stored
 * credential (service credential, API key, access key) changed or ended; `epoch` opens a new epoch and kills everything older.
 */
export const entryKinds = ['cutoff', 'keyset', 'credential', 'epoch'] as const

export type EntryKind = (typeof entryKinds)[number]

/** One entry before it has a place in the chain. */
export interface LogDraft {
  readonly kind: EntryKind
  readonly target: Target
  readonly mode: RevocationMode
  /** When the last token that this entry could kill has expired, so that it may be forgotten. */
  readonly expiresAt: EpochMs
}

/** An entry in its place. All that a verifier needs of it once the head vouches for the whole. */
export interface PlacedEntry extends LogDraft {
  readonly position: Position
  readonly at: EpochMs
}

export interface LogEntry extends PlacedEntry {
  /** base64url SHA-256 of the previous entry's hash and this entry. */
  readonly hash: string
}

/** The end of the log. */
export interface LogHead {
  readonly position: Position
  readonly hash: string
}

/** The hash that the first entry is chained to: 32 zero bytes. */
export const ORIGIN_HASH: string = 'A'.repeat(43)

/** What the hash covers: the previous hash and every member of the entry, in one unambiguous text. */
export function chainHash(previousHash: string, position: Position, at: EpochMs, draft: LogDraft): string {
  const { kind, target, mode, expiresAt } = draft
  return sha256Base64url(JSON.stringify([previousHash, position, at, kind, target.kind, target.id, mode, expiresAt]))
}

/** Gives a draft its place after `head`. */
export function chain(head: LogHead, at: EpochMs, draft: LogDraft, position: Position = head.position + 1): LogEntry {
  return { ...draft, position, at, hash: chainHash(head.hash, position, at, draft) }
}
