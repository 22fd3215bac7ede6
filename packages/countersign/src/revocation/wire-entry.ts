import { type EntryKind, entryKinds, type LogEntry } from './entry.ts'
import type { Position } from './position.ts'
import { type RevocationMode, type TargetKind, targetKinds } from './target.ts'

/** An entry on the wire: what its hash covers, in the same order, then the hash. Half the size of an object with names. */
export type WireEntry = readonly [
  position: Position,
  at: number,
  kind: EntryKind,
  targetKind: TargetKind,
  targetId: string,
  mode: RevocationMode,
  expiresAt: number,
  hash: string,
]

const MAX_ID_LENGTH = 1024
const sha256Text = /^[A-Za-z0-9_-]{43}$/

const kinds: ReadonlySet<unknown> = new Set(entryKinds)
const targets: ReadonlySet<unknown> = new Set(targetKinds)

export const encodeEntry = (entry: LogEntry): WireEntry => [
  entry.position,
  entry.at,
  entry.kind,
  entry.target.kind,
  entry.target.id,
  entry.mode,
  entry.expiresAt,
  entry.hash,
]

/** @returns undefined when this version does not know such an entry: a newer server's, which must not be passed over. */
export function decodeEntry(wire: unknown): LogEntry | undefined {
  if (!Array.isArray(wire) || wire.length !== 8) return undefined
  const [position, at, kind, targetKind, id, mode, expiresAt, hash] = wire as readonly unknown[]
  if (!isCount(position) || !isCount(at) || !isCount(expiresAt) || !isHash(hash)) return undefined
  if (!isEntryKind(kind) || !isTargetKind(targetKind) || !isMode(mode)) return undefined
  if (!isTargetId(targetKind, id)) return undefined
  return { position, at, kind, target: { kind: targetKind, id }, mode, expiresAt, hash }
}

/** A whole number from 0 that a double holds exactly: a position, or milliseconds. */
export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

export const isHash = (value: unknown): value is string => typeof value === 'string' && sha256Text.test(value)

export const isEntryKind = (value: unknown): value is EntryKind => kinds.has(value)

export const isTargetKind = (value: unknown): value is TargetKind => targets.has(value)

export const isMode = (value: unknown): value is RevocationMode => value === 'soft' || value === 'hard'

export function isTargetId(kind: TargetKind, id: unknown): id is string {
  if (typeof id !== 'string' || id.length > MAX_ID_LENGTH) return false
  if (kind === 'everyone') return id === ''
  // Without an id: the issuer of this log. With one: the URL of another issuer.
  return kind === 'issuer' || id !== ''
}
