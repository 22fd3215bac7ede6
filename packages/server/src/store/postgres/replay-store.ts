import type { Clock, EpochMs } from 'countersign/core'
import type { ReplayStore } from 'countersign/replay'
import type { Database } from './database.ts'
import { statement } from './statement.ts'

/** Claims stay so much longer than asked, so that a clock set back by some minutes re-opens none. */
const KEPT_LONGER_MS = 600_000

// Two out for one in: the table follows the load without a job that sweeps it. What another claim is dropping is left to it.
const claim = statement(
  'claim',
  `
  WITH dropped AS (
    DELETE FROM countersign.replay_claim WHERE (scope, id) IN (
      SELECT scope, id FROM countersign.replay_claim WHERE expires_at <= $4 LIMIT 2 FOR UPDATE SKIP LOCKED
    )
  )
  INSERT INTO countersign.replay_claim VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
)

/** When a commit's outcome is unknown (`unavailable`): a repeated claim may be refused although nobody has won it. */
export class PostgresReplayStore implements ReplayStore {
  readonly #database: Database
  readonly #clock: Clock

  constructor(database: Database, clock: Clock) {
    this.#database = database
    this.#clock = clock
  }

  async claim(scope: string, id: string, expiresAt: EpochMs): Promise<boolean> {
    return (await this.#database.change(claim, scope, id, expiresAt, this.#clock.now() - KEPT_LONGER_MS)) === 1
  }
}
