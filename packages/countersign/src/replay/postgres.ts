import { AuthError, type Clock, type EpochMs } from '../core/index.ts'
import type { ReplayStore } from './replay-store.ts'
import { inTime } from './time-limit.ts'

/** The part of a `Pool` of the package `pg` that is used. */
export interface PostgresQueries {
  query(statement: {
    readonly name: string
    readonly text: string
    readonly values: unknown[]
  }): Promise<{ readonly rowCount: number | null }>
}

export interface PostgresReplayStoreOptions {
  readonly pool: PostgresQueries
  readonly clock: Clock
  /** With its schema, if need be. Letters, digits, `_` and `.` only. Default `countersign_claim`. */
  readonly table?: string
  /** How long one claim may take. Default 5 000. */
  readonly timeoutMs?: number
}

interface NamedStatement {
  readonly name: string
  readonly text: string
}

const DEFAULT_TIMEOUT_MS = 5000
/** Claims stay so much longer than asked, so that a clock set back by some minutes re-opens none. */
const KEPT_LONGER_MS = 600_000
/** After so many claims twice as many expired ones are dropped: the table follows the load without a job that sweeps it. */
const CLAIMS_A_SWEEP = 32
const tableName = /^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$/

/**
 * Claims in a table of PostgreSQL, for services that share a database: they survive whatever the database survives. Servers of
 * `@countersign/server` have a table of their own and need none of this.
 */
export class PostgresReplayStore implements ReplayStore {
  readonly #pool: PostgresQueries
  readonly #clock: Clock
  readonly #claim: NamedStatement
  readonly #dropExpired: NamedStatement
  readonly #release: NamedStatement
  readonly #timeoutMs: number
  #sinceSweep = 0

  /** @throws {TypeError} The name of the table is none. */
  constructor({ pool, clock, table = 'countersign_claim', timeoutMs = DEFAULT_TIMEOUT_MS }: PostgresReplayStoreOptions) {
    this.#pool = pool
    this.#clock = clock
    this.#timeoutMs = timeoutMs
    if (!tableName.test(table)) throw new TypeError('table must be a plain name in lower case')
    this.#claim = {
      name: `countersign-claim-${table}`,
      text: `INSERT INTO ${table} (scope, id, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
    }
    this.#release = { name: `countersign-release-${table}`, text: `DELETE FROM ${table} WHERE scope = $1 AND id = $2` }
    // What another process is dropping is left to it.
    this.#dropExpired = {
      name: `countersign-drop-claims-${table}`,
      text: `
        DELETE FROM ${table} WHERE (scope, id) IN (
          SELECT scope, id FROM ${table} WHERE expires_at <= $1 LIMIT ${2 * CLAIMS_A_SWEEP} FOR UPDATE SKIP LOCKED)`,
    }
  }

  /** What makes the table: run it once, as part of the migrations of the service. */
  static schema(table: string = 'countersign_claim'): string {
    if (!tableName.test(table)) throw new TypeError('table must be a plain name in lower case')
    return `
      CREATE TABLE IF NOT EXISTS ${table} (
        scope text NOT NULL, id text NOT NULL, expires_at bigint NOT NULL, PRIMARY KEY (scope, id)
      );
      CREATE INDEX IF NOT EXISTS ${table.replace('.', '_')}_expires_at ON ${table} (expires_at);`
  }

  /** @throws {AuthError} `unavailable` when the database does not answer in time. The claim may have been made: a repetition is refused then. */
  async claim(scope: string, id: string, expiresAt: EpochMs): Promise<boolean> {
    if (!Number.isFinite(expiresAt)) throw new RangeError('expiresAt must be a time')
    this.#sinceSweep = (this.#sinceSweep + 1) % CLAIMS_A_SWEEP
    if (this.#sinceSweep === 0) await this.#ask(this.#dropExpired, [this.#clock.now() - KEPT_LONGER_MS])
    const { rowCount } = await this.#ask(this.#claim, [scope, id, Math.ceil(expiresAt)])
    if (rowCount === null) throw new AuthError('unavailable', { reason: 'replay_store_answer' })
    return rowCount === 1
  }

  /** Takes a claim back whose work was not done after all. */
  async release(scope: string, id: string): Promise<void> {
    await this.#ask(this.#release, [scope, id])
  }

  #ask(statement: NamedStatement, values: unknown[]): Promise<{ readonly rowCount: number | null }> {
    return inTime(this.#clock, this.#timeoutMs, () => this.#pool.query({ ...statement, values }))
  }
}
