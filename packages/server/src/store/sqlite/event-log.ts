import type { Cancel } from 'countersign/core'
import type { LogHead, Position } from 'countersign/revocation'
import type { EventLog, Occurrence } from '../../delivery/event-log.ts'
import { causeOf } from './cause.ts'
import type { Database } from './database.ts'
import { placedColumns, type PlacedEntryRow, placedEntryOf } from './log-row.ts'
import type { LogWriter } from './log-writer.ts'
import type { Statement } from './statement.ts'

export interface OccurrenceRow extends PlacedEntryRow {
  readonly cause: string | null
}

export const occurrenceOf = (row: OccurrenceRow): Occurrence => ({ entry: placedEntryOf(row), cause: causeOf(row.cause) })

export class SqliteEventLog implements EventLog {
  readonly #database: Database
  readonly #writer: LogWriter
  readonly #ends: Statement<{ readonly position: number; readonly base_position: number }>
  readonly #after: Statement<OccurrenceRow>

  constructor(database: Database, writer: LogWriter) {
    this.#database = database
    this.#writer = writer
    this.#ends = database.statement('SELECT position, base_position FROM log_head')
    this.#after = database.statement(`SELECT ${placedColumns}, cause FROM log_entry WHERE position > ? ORDER BY position LIMIT ?`)
  }

  head(): Promise<LogHead> {
    return this.#database.read(() => this.#writer.head())
  }

  after(position: Position, limit: number): Promise<readonly Occurrence[] | 'forgotten'> {
    return this.#database.read(() => {
      const ends = this.#ends.get()
      if (ends === undefined || position < ends.base_position || position > ends.position) return 'forgotten'
      return this.#after.all(position, limit).map(occurrenceOf)
    })
  }

  onAppend(listener: () => void): Cancel {
    return this.#writer.onAppend(listener)
  }
}
