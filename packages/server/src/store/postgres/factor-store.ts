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
import { type FactorRow, factorOf } from '../sqlite/factor-row.ts'
import type { Database } from './database.ts'
import { dropRecovery, dropRecoveryOfNone, keepRecovery, noteChange } from './factor-change.ts'
import type { LogWriter } from './log-writer.ts'
import { statement } from './statement.ts'

const enrol = statement(
  'enrol factor',
  `
  INSERT INTO countersign.totp_factor AS f (user_id, id, sealed, created_at)
  SELECT id, $2, $3, $4 FROM countersign.user_account WHERE id = $1
  ON CONFLICT (user_id) DO UPDATE SET id = excluded.id, sealed = excluded.sealed, created_at = excluded.created_at
  WHERE f.confirmed_at IS NULL`,
)
const find = statement<FactorRow>('find factor', 'SELECT * FROM countersign.totp_factor WHERE user_id = $1')
const confirm = statement(
  'confirm factor',
  'UPDATE countersign.totp_factor SET confirmed_at = $1 WHERE user_id = $2 AND id = $3 AND confirmed_at IS NULL',
)
const remove = statement<Pick<FactorRow, 'confirmed_at'>>(
  'remove factor',
  'DELETE FROM countersign.totp_factor WHERE user_id = $1 AND id = $2 RETURNING confirmed_at',
)
const findRecovery = statement<RecoveryState>(
  'find recovery set',
  `
  SELECT id AS "set", (SELECT count(*) FROM countersign.recovery_code WHERE factor = s.id) AS "left"
  FROM countersign.recovery_set s WHERE user_id = $1`,
)
const useCode = statement('use recovery code', 'DELETE FROM countersign.recovery_code WHERE factor = $1 AND hash = $2')
const list = statement<FactorRow>('list factors', 'SELECT * FROM countersign.totp_factor WHERE user_id > $1 ORDER BY user_id LIMIT $2')
const reseal = statement('reseal factor', 'UPDATE countersign.totp_factor SET sealed = $1 WHERE id = $2 AND sealed = $3')

/**
 * When a commit's outcome is unknown (`unavailable`): `enrol` takes the place of what it has left; a repeated `confirm` is refused, and the
 * codes that nobody has seen are renewed, or go with the factor; a used recovery code may be gone; a repeated `remove` finds nothing.
 */
export class PostgresFactorStore implements FactorStore {
  readonly #database: Database
  readonly #log: LogWriter

  constructor(database: Database, log: LogWriter) {
    this.#database = database
    this.#log = log
  }

  async enrol({ user, id, sealed, createdAt }: TotpFactor): Promise<'enrolled' | 'refused'> {
    return (await this.#database.change(enrol, user, id, sealed, createdAt)) === 1 ? 'enrolled' : 'refused'
  }

  async find(user: string): Promise<TotpFactor | undefined> {
    const [row] = await this.#database.ask(find, user)
    return row === undefined ? undefined : factorOf(row)
  }

  confirm({ user, id, recovery, at }: TotpConfirmation): Promise<FactorAddition> {
    return this.#log.appending(async (unit, log) => {
      if ((await unit.change(confirm, at, user, id)) === 0) return 'refused'
      await noteChange({ unit, log }, user, { credential: 'app', change: 'create' }, at)
      return keepRecovery(unit, user, recovery)
    })
  }

  remove(user: string, id: string, at: EpochMs): Promise<boolean> {
    return this.#log.appending(async (unit, log) => {
      const [removed] = await unit.ask(remove, user, id)
      if (removed === undefined) return false
      await dropRecoveryOfNone(unit, user)
      if (removed.confirmed_at !== null) await noteChange({ unit, log }, user, { credential: 'app', change: 'delete' }, at)
      return true
    })
  }

  async findRecovery(user: string): Promise<RecoveryState | undefined> {
    const [row] = await this.#database.ask(findRecovery, user)
    return row && { set: row.set, left: row.left }
  }

  async useRecoveryCode(set: string, hash: string): Promise<boolean> {
    return (await aside(() => this.#database.change(useCode, set, hash))) === 1
  }

  renewRecovery(user: string, set: RecoverySet, at: EpochMs): Promise<boolean> {
    return this.#log.appending(async (unit, log) => {
      if (!(await dropRecovery(unit, user))) return false
      await keepRecovery(unit, user, set)
      await noteChange({ unit, log }, user, { credential: 'recovery-code' }, at)
      return true
    })
  }

  async list(after: string, limit: number): Promise<readonly TotpFactor[]> {
    return (await this.#database.ask(list, after, limit)).map(factorOf)
  }

  async reseal(id: string, sealed: Uint8Array, next: Uint8Array): Promise<boolean> {
    return (await this.#database.change(reseal, next, id, sealed)) === 1
  }
}
