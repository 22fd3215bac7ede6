import type { EpochMs } from 'countersign/core'
import type { FactorStore, TotpConfirmation, TotpFactor } from '../../account/factor/factor-store.ts'
import type { Cause } from '../../delivery/event-log.ts'
import { type FactorRow, factorOf } from '../sqlite/factor-row.ts'
import type { Database, Unit } from './database.ts'
import type { Appender, LogWriter } from './log-writer.ts'
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
const addCodes = statement('add recovery codes', 'INSERT INTO countersign.recovery_code (factor, hash) SELECT $1, unnest($2::text[])')
const useCode = statement('use recovery code', 'DELETE FROM countersign.recovery_code WHERE factor = $1 AND hash = $2')
const remove = statement<Pick<FactorRow, 'confirmed_at'>>(
  'remove factor',
  'DELETE FROM countersign.totp_factor WHERE user_id = $1 AND id = $2 RETURNING confirmed_at',
)
const dropCodes = statement('drop recovery codes', 'DELETE FROM countersign.recovery_code WHERE factor = $1')
// Whoever opens a session holds this row, and reads it as it is when it is got: so it finds the new generation, or has opened before.
const moveOn = statement(
  'move generation on',
  'UPDATE countersign.user_account SET password_generation = password_generation + 1, updated_at = $1 WHERE id = $2',
)

/**
 * When a commit's outcome is unknown (`unavailable`): `enrol` takes the place of what it has left; a repeated `confirm` is refused, and the
 * codes that nobody has seen go with the factor; a used recovery code may be gone; a repeated `remove` finds nothing.
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

  confirm({ user, id, recoveryCodes, at }: TotpConfirmation): Promise<boolean> {
    return this.#log.appending(async (unit, log) => {
      if ((await unit.change(confirm, at, user, id)) === 0) return false
      await unit.change(addCodes, id, recoveryCodes)
      await noteChange({ unit, log }, user, 'create', at)
      return true
    })
  }

  async useRecoveryCode(factor: string, hash: string): Promise<boolean> {
    return (await this.#database.change(useCode, factor, hash)) === 1
  }

  remove(user: string, id: string, at: EpochMs): Promise<boolean> {
    return this.#log.appending(async (unit, log) => {
      const [removed] = await unit.ask(remove, user, id)
      if (removed === undefined) return false
      await unit.change(dropCodes, id)
      if (removed.confirmed_at !== null) await noteChange({ unit, log }, user, 'delete', at)
      return true
    })
  }
}

interface Transaction {
  readonly unit: Unit
  readonly log: Appender
}

async function noteChange({ unit, log }: Transaction, id: string, change: NonNullable<Cause['change']>, at: EpochMs): Promise<void> {
  await unit.change(moveOn, at, id)
  await log.append({ kind: 'cutoff', target: { kind: 'user', id }, mode: 'soft', at, cause: { credential: 'app', change } })
}
