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
import { causeOf, deedOf } from './cause.ts'
import type { Database } from './database.ts'
import { type PlacedEntryRow, placedEntryOf } from './log-row.ts'
import type { Statement } from './statement.ts'

export interface PastEntryRow extends PlacedEntryRow {
  readonly cause: string | null
  readonly deed: string | null
}

export const pastEntryOf = (row: PastEntryRow): PastEntry => ({
  entry: placedEntryOf(row),
  reason: causeOf(row.cause).reason,
  deed: deedOf(row.deed),
})

export const standingOf = ({ head, head_at, living, since, kept_since }: StandingRow): LogStanding => ({
  head,
  headAt: head_at ?? undefined,
  living: living ?? 0,
  since: since ?? 0,
  keptSince: kept_since ?? undefined,
})

const dialect: Dialect = {
  table: (name) => name,
  mark: (number) => `?${number}`,
  inOrder: 'CROSS JOIN',
}

export class SqliteLogHistory implements LogHistory, HistoryReader {
  readonly #database: Database
  /** By what they ask for. */
  readonly #statements = new Map<string, Statement<never>>()

  constructor(database: Database) {
    this.#database = database
  }

  page(page: HistoryPage): Promise<PastEntries> {
    return historyPage(this, page)
  }

  select(page: HistoryPage, window: number | undefined): Promise<readonly PastEntry[]> {
    const { sql, values } = historyQuery(page, window, dialect)
    return this.#database.read(() =>
      this.#prepared<PastEntryRow>(sql)
        .all(...values)
        .map(pastEntryOf),
    )
  }

  end(before: Position, window: number): Promise<Position | undefined> {
    return this.#database.read(() => this.#prepared<{ readonly position: Position }>(endQuery(dialect)).get(before, window - 1)?.position)
  }

  standing(now: EpochMs, since: EpochMs): Promise<LogStanding> {
    return this.#database.read(() => {
      const row = this.#prepared<StandingRow>(standingQuery(dialect)).get(now, since)
      if (row === undefined) throw new Error('the log has no head')
      return standingOf(row)
    })
  }

  reach(target: Target, mode: RevocationMode, now: EpochMs): Promise<Reach> {
    const sql = reachQuery(reachKind(target), dialect)
    return this.#database.read(() =>
      reachOf(target, mode, sql === undefined ? undefined : this.#prepared<ReachRow>(sql).get(now, target.id)),
    )
  }

  /** Few different ones, each made when it is asked for first. */
  #prepared<Row>(sql: string): Statement<Row> {
    const statement = (this.#statements.get(sql) as Statement<Row> | undefined) ?? this.#database.statement<Row>(sql)
    this.#statements.set(sql, statement as Statement<never>)
    return statement
  }
}
