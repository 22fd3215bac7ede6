import type { EpochMs } from 'countersign/core'
import type { Position, RevocationMode, Target } from 'countersign/revocation'
import type { HistoryPage, LogHistory, LogStanding, PastEntries, PastEntry, Reach } from '../../revocation/log-history.ts'
import { type HistoryReader, historyPage } from '../log-history-page.ts'
import {
  type Dialect,
  endQuery,
  historyQuery,
  reachKind,
  reachOf,
  reachQuery,
  type ReachRow,
  standingQuery,
  type StandingRow,
} from '../log-history-query.ts'
import { type PastEntryRow, pastEntryOf, standingOf } from '../sqlite/log-history.ts'
import type { Database } from './database.ts'
import { statement } from './statement.ts'

const dialect: Dialect = {
  table: (name) => `countersign.${name}`,
  mark: (number) => `$${number}`,
  inOrder: 'JOIN',
}

const end = statement<{ readonly position: Position }>('end of log history', endQuery(dialect))
const standing = statement<StandingRow>('log standing', standingQuery(dialect))

/** Each is one statement, and so reads one moment. */
export class PostgresLogHistory implements LogHistory, HistoryReader {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  page(page: HistoryPage): Promise<PastEntries> {
    return historyPage(this, page)
  }

  async select(page: HistoryPage, window: number | undefined): Promise<readonly PastEntry[]> {
    const { name, sql, values } = historyQuery(page, window, dialect)
    return (await this.#database.ask(statement<PastEntryRow>(`log history ${name}`, sql), ...values)).map(pastEntryOf)
  }

  async end(before: Position, window: number): Promise<Position | undefined> {
    return (await this.#database.ask(end, before, window - 1))[0]?.position
  }

  async standing(now: EpochMs, since: EpochMs): Promise<LogStanding> {
    const [row] = await this.#database.ask(standing, now, since)
    if (row === undefined) throw new Error('the log has no head')
    return standingOf(row)
  }

  async reach(target: Target, mode: RevocationMode, now: EpochMs): Promise<Reach> {
    const kind = reachKind(target)
    const sql = reachQuery(kind, dialect)
    const rows = sql === undefined ? [] : await this.#database.ask(statement<ReachRow>(`reach of ${kind}`, sql), now, target.id)
    return reachOf(target, mode, rows[0])
  }
}
