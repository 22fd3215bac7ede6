import type { EntryKind, LogEntry, RevocationMode, TargetKind } from 'countersign/revocation'

export interface LogEntryRow {
  readonly position: number
  readonly at: number
  readonly kind: EntryKind
  readonly target_kind: TargetKind
  readonly target_id: string
  readonly mode: RevocationMode
  readonly expires_at: number
  readonly hash: string
}

export const logEntryOf = (row: LogEntryRow): LogEntry => ({
  position: row.position,
  at: row.at,
  kind: row.kind,
  target: { kind: row.target_kind, id: row.target_id },
  mode: row.mode,
  expiresAt: row.expires_at,
  hash: row.hash,
})
