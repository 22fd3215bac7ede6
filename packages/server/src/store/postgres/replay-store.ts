import type { Clock, EpochMs } from 'countersign/core'
import type { ReplayStore } from 'countersign/replay'
import { aside } from '../../audit/index.ts'
import type { Database } from './database.ts'
import { statement } from './statement.ts'

/** Claims stay so much longer than asked, so that a clock set back by some minutes re-opens none. */
const KEPT_LONGER_MS = 600_000

/** After so many claims twice as many expired ones are dropped: the table follows the load without a job that sweeps it. */
const CLAIMS_A_SWEEP = 32

const claim = statement('claim', 'INSERT INTO countersign.replay_claim VALUES ($1, $2, $3) ON CONFLICT DO NOTHING')
// What another server is dropping is left to it.
const dropExpired = statement(
  'drop expired claims',
  `
  DELETE FROM countersign.replay_claim WHERE (scope, id) IN (
    SELECT scope, id FROM countersign.replay_claim WHERE expires_at <= $1 LIMIT ${2 * CLAIMS_A_SWEEP} FOR UPDATE SKIP LOCKED
  )`,
)

/** When a commit's outcome is unknown (`unavailable`): a repeated claim may be refused although nobody has won it. */
export class PostgresReplayStore implements ReplayStore {
  readonly #database: Database
  readonly #clock: Clock
  #sinceSweep = 0

  constructor(database: Database, clock: Clock) {
    this.#database = database
    this.#clock = clock
  }

  async claim(scope: string, id: string, expiresAt: EpochMs): Promise<boolean> {
    this.#sinceSweep = (this.#sinceSweep + 1) % CLAIMS_A_SWEEP
    if (this.#sinceSweep === 0) await aside(() => this.#database.change(dropExpired, this.#clock.now() - KEPT_LONGER_MS))
    return (await aside(() => this.#database.change(claim, scope, id, expiresAt))) === 1
  }
}
