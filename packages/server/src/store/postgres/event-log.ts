import type { Cancel } from 'countersign/core'
import type { LogHead, Position } from 'countersign/revocation'
import type { EventLog, Occurrence } from '../../delivery/event-log.ts'
import { occurrenceOf, type OccurrenceRow } from '../sqlite/event-log.ts'
import { entryColumns } from '../sqlite/log-row.ts'
import type { Database } from './database.ts'
import { readLogHead } from './log-head.ts'
import type { LogWriter } from './log-writer.ts'
import { statement } from './statement.ts'

/** An entry beside the ends of the log, read in one statement and so at one moment; without an entry, the ends alone. */
interface BesideEndsRow extends OccurrenceRow {
  readonly head_position: number
  readonly base_position: number
  readonly is_empty: boolean
}

const after = statement<BesideEndsRow>(
  'events after',
  `
  SELECT h.position AS head_position, h.base_position, e.position IS NULL AS is_empty, e.* FROM countersign.log_head h LEFT JOIN (
    SELECT ${entryColumns}, cause FROM countersign.log_entry WHERE position > $1 ORDER BY position LIMIT $2
  ) e ON true ORDER BY e.position`,
)

export class PostgresEventLog implements EventLog {
  readonly #database: Database
  readonly #writer: LogWriter

  constructor(database: Database, writer: LogWriter) {
    this.#database = database
    this.#writer = writer
  }

  head(): Promise<LogHead> {
    return readLogHead(this.#database)
  }

  async after(position: Position, limit: number): Promise<readonly Occurrence[] | 'forgotten'> {
    const rows = await this.#database.ask(after, position, limit)
    const [first] = rows
    if (first === undefined || position < first.base_position || position > first.head_position) return 'forgotten'
    return rows.filter(({ is_empty }) => !is_empty).map(occurrenceOf)
  }

  onAppend(listener: () => void): Cancel {
    return this.#writer.onAppend(listener)
  }
}
