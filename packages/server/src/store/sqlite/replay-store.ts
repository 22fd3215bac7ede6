import type { Clock, EpochMs } from 'countersign/core'
import type { ReplayStore } from 'countersign/replay'
import { aside } from '../../audit/index.ts'
import type { Database } from './database.ts'
import type { Statement } from './statement.ts'

/** Claims stay so much longer than asked, so that a clock set back by some minutes re-opens none. */
const KEPT_LONGER_MS = 600_000
/** After so many claims twice as many expired ones are dropped: the table follows the load without a job that sweeps it. */
const CLAIMS_A_SWEEP = 32

export class SqliteReplayStore implements ReplayStore {
  readonly #database: Database
  readonly #clock: Clock
  readonly #claim: Statement
  readonly #dropExpired: Statement
  #sinceSweep = 0

  constructor(database: Database, clock: Clock) {
    this.#database = database
    this.#clock = clock
    this.#claim = database.statement('INSERT INTO replay_claim VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
    this.#dropExpired = database.statement(`
      DELETE FROM replay_claim WHERE (scope, id) IN (SELECT scope, id FROM replay_claim WHERE expires_at <= ? LIMIT ${2 * CLAIMS_A_SWEEP})`)
  }

  claim(scope: string, id: string, expiresAt: EpochMs): Promise<boolean> {
    this.#sinceSweep = (this.#sinceSweep + 1) % CLAIMS_A_SWEEP
    const sweeps = this.#sinceSweep === 0
    const expiredBefore = this.#clock.now() - KEPT_LONGER_MS
    return aside(() =>
      this.#database.write(() => {
        if (sweeps) this.#dropExpired.run(expiredBefore)
        return this.#claim.run(scope, id, expiresAt) === 1
      }),
    )
  }
}
