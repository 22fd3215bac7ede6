import type { EpochMs } from 'countersign/core'
import type { FactorStore, TotpConfirmation, TotpFactor } from '../../account/factor/factor-store.ts'
import type { Cause } from '../../delivery/event-log.ts'
import type { Database } from './database.ts'
import { type FactorRow, factorOf } from './factor-row.ts'
import type { LogWriter } from './log-writer.ts'
import type { Statement } from './statement.ts'

export class SqliteFactorStore implements FactorStore {
  readonly #database: Database
  readonly #log: LogWriter
  readonly #enrol: Statement
  readonly #find: Statement<FactorRow>
  readonly #confirm: Statement
  readonly #addCode: Statement
  readonly #useCode: Statement
  readonly #remove: Statement<Pick<FactorRow, 'confirmed_at'>>
  readonly #dropCodes: Statement
  readonly #moveOn: Statement

  constructor(database: Database, log: LogWriter) {
    this.#database = database
    this.#log = log
    this.#enrol = database.statement(`
      INSERT INTO totp_factor (user_id, id, sealed, created_at) SELECT id, ?2, ?3, ?4 FROM user WHERE id = ?1
      ON CONFLICT (user_id) DO UPDATE SET id = excluded.id, sealed = excluded.sealed, created_at = excluded.created_at
      WHERE totp_factor.confirmed_at IS NULL`)
    this.#find = database.statement('SELECT * FROM totp_factor WHERE user_id = ?')
    this.#confirm = database.statement('UPDATE totp_factor SET confirmed_at = ? WHERE user_id = ? AND id = ? AND confirmed_at IS NULL')
    this.#addCode = database.statement('INSERT INTO recovery_code (factor, hash) VALUES (?, ?)')
    this.#useCode = database.statement('DELETE FROM recovery_code WHERE factor = ? AND hash = ?')
    this.#remove = database.statement('DELETE FROM totp_factor WHERE user_id = ? AND id = ? RETURNING confirmed_at')
    this.#dropCodes = database.statement('DELETE FROM recovery_code WHERE factor = ?')
    this.#moveOn = database.statement('UPDATE user SET password_generation = password_generation + 1, updated_at = ? WHERE id = ?')
  }

  enrol({ user, id, sealed, createdAt }: TotpFactor): Promise<'enrolled' | 'refused'> {
    return this.#database.write(() => (this.#enrol.run(user, id, sealed, createdAt) === 1 ? 'enrolled' : 'refused'))
  }

  find(user: string): Promise<TotpFactor | undefined> {
    return this.#database.read(() => {
      const row = this.#find.get(user)
      return row === undefined ? undefined : factorOf(row)
    })
  }

  confirm({ user, id, recoveryCodes, at }: TotpConfirmation): Promise<boolean> {
    return this.#database.write(() => {
      if (this.#confirm.run(at, user, id) === 0) return false
      for (const hash of recoveryCodes) this.#addCode.run(id, hash)
      this.#noteChange(user, 'create', at)
      return true
    })
  }

  useRecoveryCode(factor: string, hash: string): Promise<boolean> {
    return this.#database.write(() => this.#useCode.run(factor, hash) === 1)
  }

  remove(user: string, id: string, at: EpochMs): Promise<boolean> {
    return this.#database.write(() => {
      const removed = this.#remove.get(user, id)
      if (removed === undefined) return false
      this.#dropCodes.run(id)
      if (removed.confirmed_at !== null) this.#noteChange(user, 'delete', at)
      return true
    })
  }

  #noteChange(id: string, change: NonNullable<Cause['change']>, at: EpochMs): void {
    this.#moveOn.run(at, id)
    this.#log.append({ kind: 'cutoff', target: { kind: 'user', id }, mode: 'soft', at, cause: { credential: 'app', change } })
  }
}
