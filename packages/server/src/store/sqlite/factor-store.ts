import type { EpochMs } from 'countersign/core'
import { aside } from '../../audit/index.ts'
import type {
  FactorAddition,
  FactorStore,
  RecoverySet,
  RecoveryState,
  TotpConfirmation,
  TotpFactor,
} from '../../account/factor/factor-store.ts'
import type { Database } from './database.ts'
import type { FactorChange } from './factor-change.ts'
import { type FactorRow, factorOf } from './factor-row.ts'
import type { Statement } from './statement.ts'

export class SqliteFactorStore implements FactorStore {
  readonly #database: Database
  readonly #change: FactorChange
  readonly #enrol: Statement
  readonly #find: Statement<FactorRow>
  readonly #confirm: Statement
  readonly #remove: Statement<Pick<FactorRow, 'confirmed_at'>>
  readonly #findRecovery: Statement<RecoveryState>
  readonly #useCode: Statement
  readonly #list: Statement<FactorRow>
  readonly #reseal: Statement

  constructor(database: Database, change: FactorChange) {
    this.#database = database
    this.#change = change
    this.#enrol = database.statement(`
      INSERT INTO totp_factor (user_id, id, sealed, created_at) SELECT id, ?2, ?3, ?4 FROM user WHERE id = ?1
      ON CONFLICT (user_id) DO UPDATE SET id = excluded.id, sealed = excluded.sealed, created_at = excluded.created_at
      WHERE totp_factor.confirmed_at IS NULL`)
    this.#find = database.statement('SELECT * FROM totp_factor WHERE user_id = ?')
    this.#confirm = database.statement('UPDATE totp_factor SET confirmed_at = ? WHERE user_id = ? AND id = ? AND confirmed_at IS NULL')
    this.#remove = database.statement('DELETE FROM totp_factor WHERE user_id = ? AND id = ? RETURNING confirmed_at')
    this.#findRecovery = database.statement(`
      SELECT id AS "set", (SELECT count(*) FROM recovery_code WHERE factor = recovery_set.id) AS left FROM recovery_set WHERE user_id = ?`)
    this.#useCode = database.statement('DELETE FROM recovery_code WHERE factor = ? AND hash = ?')
    this.#list = database.statement('SELECT * FROM totp_factor WHERE user_id > ? ORDER BY user_id LIMIT ?')
    this.#reseal = database.statement('UPDATE totp_factor SET sealed = ? WHERE id = ? AND sealed = ?')
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

  confirm({ user, id, recovery, at }: TotpConfirmation): Promise<FactorAddition> {
    return this.#database.write(() => {
      if (this.#confirm.run(at, user, id) === 0) return 'refused'
      this.#change.note(user, { credential: 'app', change: 'create' }, at)
      return this.#change.keepRecovery(user, recovery)
    })
  }

  remove(user: string, id: string, at: EpochMs): Promise<boolean> {
    return this.#database.write(() => {
      const removed = this.#remove.get(user, id)
      if (removed === undefined) return false
      this.#change.dropRecoveryOfNone(user)
      if (removed.confirmed_at !== null) this.#change.note(user, { credential: 'app', change: 'delete' }, at)
      return true
    })
  }

  findRecovery(user: string): Promise<RecoveryState | undefined> {
    return this.#database.read(() => {
      const row = this.#findRecovery.get(user)
      return row && { set: row.set, left: row.left }
    })
  }

  useRecoveryCode(set: string, hash: string): Promise<boolean> {
    return aside(() => this.#database.write(() => this.#useCode.run(set, hash) === 1))
  }

  renewRecovery(user: string, set: RecoverySet, at: EpochMs): Promise<boolean> {
    return this.#database.write(() => {
      if (!this.#change.dropRecovery(user)) return false
      this.#change.keepRecovery(user, set)
      this.#change.note(user, { credential: 'recovery-code' }, at)
      return true
    })
  }

  list(after: string, limit: number): Promise<readonly TotpFactor[]> {
    return this.#database.read(() => this.#list.all(after, limit).map(factorOf))
  }

  reseal(id: string, sealed: Uint8Array, next: Uint8Array): Promise<boolean> {
    return this.#database.write(() => this.#reseal.run(next, id, sealed) === 1)
  }
}
