import type { DatabaseSync } from 'node:sqlite'
import { chainHash, type LogEntry, type LogHead } from 'countersign/revocation'
import { type LogEntryRow, logEntryOf } from './log-row.ts'

/** How many of the newest entries are recomputed at start. */
const CHECKED_ENTRIES = 10_000

interface HeadRow {
  readonly position: number
  readonly hash: string
  readonly base_position: number
  readonly base_hash: string
}

/** The log does not agree with itself: starting could forget a revocation, so the store refuses to. */
export class LogDamagedError extends Error {
  constructor(found: string) {
    super(`The revocation log is damaged: ${found}. Restore the database from a backup; nothing was changed.`)
    this.name = 'LogDamagedError'
  }
}

/**
 * Checks that the head is the newest entry and that the newest entries are chained without a gap. Does not find a log
 * that is whole but old: see `requireWriteAheadLog` for a lost one, and verifiers see a head that they have passed.
 *
 * @throws {LogDamagedError}
 */
export function verifyLog(connection: DatabaseSync): void {
  const { head, base } = readEnds(connection)
  const newest = connection.prepare(`SELECT * FROM log_entry ORDER BY position DESC LIMIT ${CHECKED_ENTRIES + 1}`)
  // The table is STRICT and its columns are those of the row type.
  const entries = (newest.all() as unknown as LogEntryRow[]).map(logEntryOf).reverse()
  const isWhole = entries.length <= CHECKED_ENTRIES
  const chain = isWhole ? entries : entries.slice(1)
  const before: LogHead | undefined = isWhole ? base : entries[0]
  const end = verifyChain(before ?? base, chain)
  if (end.position !== head.position || end.hash !== head.hash) {
    throw new LogDamagedError(`its head is ${head.position}, its newest entry ${end.position}`)
  }
}

function readEnds(connection: DatabaseSync): { readonly head: LogHead; readonly base: LogHead } {
  const row = connection.prepare('SELECT position, hash, base_position, base_hash FROM log_head').get() as HeadRow | undefined
  if (row === undefined) throw new LogDamagedError('its head is missing')
  return { head: { position: row.position, hash: row.hash }, base: { position: row.base_position, hash: row.base_hash } }
}

/** @returns the end of the chain. */
export function verifyChain(before: LogHead, entries: readonly LogEntry[]): LogHead {
  let last = before
  for (const entry of entries) {
    const isNext = entry.kind === 'epoch' ? entry.position > last.position : entry.position === last.position + 1
    if (!isNext) throw new LogDamagedError(`entries between ${last.position} and ${entry.position} are missing`)
    if (chainHash(last.hash, entry.position, entry.at, entry) !== entry.hash) {
      throw new LogDamagedError(`entry ${entry.position} is not chained to the one before it`)
    }
    last = entry
  }
  return last
}
