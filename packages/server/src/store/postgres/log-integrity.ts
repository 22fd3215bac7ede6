import type { LogHead } from 'countersign/revocation'
import { LogDamagedError, verifyChain } from '../sqlite/log-integrity.ts'
import { entryColumns, type LogEntryRow, logEntryOf } from '../sqlite/log-row.ts'
import type { Database } from './database.ts'
import { statement } from './statement.ts'

/** How many of the newest entries are recomputed at start. */
const CHECKED_ENTRIES = 10_000

interface CheckedRow extends LogEntryRow {
  readonly head_position: number
  readonly head_hash: string
  readonly base_position: number
  readonly base_hash: string
  /** No entry is kept: the row stands for the head alone. */
  readonly is_empty: boolean
}

// One statement, one moment: other servers append while we check.
const newest = statement<CheckedRow>(
  'newest entries',
  `
  SELECT h.position AS head_position, h.hash AS head_hash, h.base_position, h.base_hash, e.position IS NULL AS is_empty, e.*
  FROM countersign.log_head h LEFT JOIN (
    SELECT ${entryColumns} FROM countersign.log_entry ORDER BY position DESC LIMIT ${CHECKED_ENTRIES + 1}
  ) e ON true
  ORDER BY e.position`,
)

/**
 * Checks that the head is the newest entry and that the newest entries are chained without a gap. Does not find a log
 * that is whole but old: verifiers see a head that they have passed.
 *
 * @throws {LogDamagedError}
 */
export async function verifyLog(database: Database): Promise<void> {
  const rows = await database.ask(newest)
  const [first] = rows
  if (first === undefined) throw new LogDamagedError('its head is missing')
  const entries = rows.filter(({ is_empty }) => !is_empty).map(logEntryOf)
  const isWhole = entries.length <= CHECKED_ENTRIES
  const base: LogHead = { position: first.base_position, hash: first.base_hash }
  const end = verifyChain(isWhole ? base : (entries[0] ?? base), isWhole ? entries : entries.slice(1))
  if (end.position !== first.head_position || end.hash !== first.head_hash) {
    throw new LogDamagedError(`its head is ${first.head_position}, its newest entry ${end.position}`)
  }
}
