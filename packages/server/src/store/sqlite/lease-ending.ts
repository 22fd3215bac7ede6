import type { EpochMs } from 'countersign/core'
import { NO_PASSWORD } from '../../account/user.ts'
import type { CallerKeyEnding } from './caller-key-ending.ts'
import type { Database } from './database.ts'
import type { LogWriter } from './log-writer.ts'
import type { SessionEnding } from './session-ending.ts'
import type { Statement } from './statement.ts'

/** Takes from the user of a lease all that could still be signed in with, inside a unit of work. */
export class LeaseEnding {
  readonly #log: LogWriter
  readonly #sessions: SessionEnding
  readonly #keys: CallerKeyEnding
  readonly #shut: Statement
  readonly #elevations: Statement
  readonly #possessions: readonly Statement[]

  constructor(database: Database, log: LogWriter, sessions: SessionEnding, keys: CallerKeyEnding) {
    this.#log = log
    this.#sessions = sessions
    this.#keys = keys
    this.#shut = database.statement(`
      UPDATE user SET status = 'suspended', password_hash = '${NO_PASSWORD}', password_generation = password_generation + 1, updated_at = ?
      WHERE id = ?`)
    this.#elevations = database.statement(
      `UPDATE elevation SET ended_at = ?, ended_by = 'suspension' WHERE user_id = ? AND ended_at IS NULL`,
    )
    this.#possessions = [
      'DELETE FROM recovery_code WHERE factor IN (SELECT id FROM recovery_set WHERE user_id = ?)',
      'DELETE FROM recovery_set WHERE user_id = ?',
      'DELETE FROM totp_factor WHERE user_id = ?',
      'DELETE FROM passkey WHERE user_id = ?',
      'DELETE FROM account_link WHERE user_id = ?',
      'DELETE FROM federated_identity WHERE user_id = ?',
    ].map((sql) => database.statement(sql))
  }

  shutOut(id: string, at: EpochMs): void {
    this.#shut.run(at, id)
    this.#sessions.endUsers(id, undefined)
    this.#elevations.run(at, id)
    for (const statement of this.#possessions) statement.run(id)
    this.#keys.endUsers(id, at)
    const cause = { credential: 'password', reason: 'lease_ended' } as const
    this.#log.append({ kind: 'cutoff', target: { kind: 'user', id }, mode: 'hard', at, cause })
  }
}
