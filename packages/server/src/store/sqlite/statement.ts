import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

/**
 * One prepared statement, made once and made again when the database is re-opened. `Row` names the columns that the
 * SQL text yields: the tables are STRICT, so that the schema vouches for it.
 */
export class Statement<Row = never> {
  readonly #sql: string
  #prepared: StatementSync

  constructor(sql: string, connection: DatabaseSync) {
    this.#sql = sql
    this.#prepared = connection.prepare(sql)
  }

  /** The first row. A statement that changes and RETURNs has made all its changes by then (sqlite.org/lang_returning.html). */
  get(...values: readonly SQLInputValue[]): Row | undefined {
    // The cast that the schema vouches for; node:sqlite can only say "a record of values".
    return this.#prepared.get(...values) as Row | undefined
  }

  all(...values: readonly SQLInputValue[]): readonly Row[] {
    return this.#prepared.all(...values) as unknown as readonly Row[]
  }

  /** @returns how many rows it changed. */
  run(...values: readonly SQLInputValue[]): number {
    return Number(this.#prepared.run(...values).changes)
  }

  /** Runs with values by the names of the parameters (`:name`). @returns how many rows it changed. */
  runNamed(values: Readonly<Record<string, SQLInputValue>>): number {
    return Number(this.#prepared.run(values).changes)
  }

  /** To be called by the database that made it. */
  rebind(connection: DatabaseSync): void {
    this.#prepared = connection.prepare(this.#sql)
  }
}
