import type { Clock, EpochMs } from 'countersign/core'
import type { ReplayStore } from 'countersign/replay'
import type { Database } from './database.ts'
import type { Statement } from './statement.ts'

/** Claims stay so much longer than asked, so that a clock set back by some minutes re-opens none. */
const KEPT_LONGER_MS = 600_000

export class SqliteReplayStore implements ReplayStore {
  readonly #database: Database
  readonly #clock: Clock
  readonly #claim: Statement
  readonly #dropExpired: Statement

  constructor(database: Database, clock: Clock) {
    this.#database = database
    this.#clock = clock
    this.#claim = database.statement('INSERT INTO replay_claim VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
    // Two out for one in: the table follows the load without a job that sweeps it.
    this.#dropExpired = database.statement(`
      DELETE FROM replay_claim WHERE (scope, id) IN (SELECT scope, id FROM replay_claim WHERE expires_at <= ? LIMIT 2)`)
  }

  claim(scope: string, id: string, expiresAt: EpochMs): Promise<boolean> {
    const expiredBefore = this.#clock.now() - KEPT_LONGER_MS
    return this.#database.write(() => {
      this.#dropExpired.run(expiredBefore)
      return this.#claim.run(scope, id, expiresAt) === 1
    })
  }
}
