import type { EpochMs } from 'countersign/core'
import type { FactorAddition, RecoverySet } from '../../account/factor/factor-store.ts'
import type { Cause } from '../../delivery/event-log.ts'
import type { Database } from './database.ts'
import type { LogWriter } from './log-writer.ts'
import type { Statement } from './statement.ts'

/** What every change of a second factor has in common; inside the transaction of the change. */
export class FactorChange {
  readonly #log: LogWriter
  readonly #moveOn: Statement
  readonly #keepSet: Statement
  readonly #dropSet: Statement<{ readonly id: string }>
  readonly #dropSetOfNone: Statement<{ readonly id: string }>
  readonly #addCode: Statement
  readonly #dropCodes: Statement

  constructor(database: Database, log: LogWriter) {
    this.#log = log
    this.#moveOn = database.statement('UPDATE user SET password_generation = password_generation + 1, updated_at = ? WHERE id = ?')
    this.#keepSet = database.statement('INSERT INTO recovery_set (user_id, id) VALUES (?, ?) ON CONFLICT (user_id) DO NOTHING')
    this.#dropSet = database.statement('DELETE FROM recovery_set WHERE user_id = ? RETURNING id')
    this.#dropSetOfNone = database.statement(`
      DELETE FROM recovery_set WHERE user_id = ?1
      AND NOT EXISTS (SELECT 1 FROM totp_factor WHERE user_id = ?1 AND confirmed_at IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM passkey WHERE user_id = ?1)
      RETURNING id`)
    this.#addCode = database.statement('INSERT INTO recovery_code (factor, hash) VALUES (?, ?)')
    this.#dropCodes = database.statement('DELETE FROM recovery_code WHERE factor = ?')
  }

  note(id: string, cause: Cause, at: EpochMs): void {
    this.#moveOn.run(at, id)
    this.#log.append({ kind: 'cutoff', target: { kind: 'user', id }, mode: 'soft', at, cause })
  }

  keepRecovery(user: string, { id, hashes }: RecoverySet): FactorAddition {
    if (this.#keepSet.run(user, id) === 0) return 'another'
    for (const hash of hashes) this.#addCode.run(id, hash)
    return 'first'
  }

  /** @returns false when there were none. */
  dropRecovery(user: string): boolean {
    return this.#dropped(this.#dropSet.get(user))
  }

  /** The codes stand in the place of a factor: without any they stand for nothing. */
  dropRecoveryOfNone(user: string): void {
    this.#dropped(this.#dropSetOfNone.get(user))
  }

  #dropped(set: { readonly id: string } | undefined): boolean {
    if (set !== undefined) this.#dropCodes.run(set.id)
    return set !== undefined
  }
}
