import type { EntryKind, LogEntry, PlacedEntry, RevocationMode, TargetKind } from 'countersign/revocation'

export interface PlacedEntryRow {
  readonly position: number
  readonly at: number
  readonly kind: EntryKind
  readonly target_kind: TargetKind
  readonly target_id: string
  readonly mode: RevocationMode
  readonly expires_at: number
}

export interface LogEntryRow extends PlacedEntryRow {
  readonly hash: string
}

export const placedColumns = 'position, at, kind, target_kind, target_id, mode, expires_at'
/** Without what stands beside an entry: who reads the log for verifiers has no use for it. */
export const entryColumns: string = `${placedColumns}, hash`

export const placedEntryOf = (row: PlacedEntryRow): PlacedEntry => ({
  position: row.position,
  at: row.at,
  kind: row.kind,
  target: { kind: row.target_kind, id: row.target_id },
  mode: row.mode,
  expiresAt: row.expires_at,
})

export const logEntryOf = (row: LogEntryRow): LogEntry => ({ ...placedEntryOf(row), hash: row.hash })
