import type { EpochMs } from 'countersign/core'
import type { FactorAddition, RecoverySet } from '../../account/factor/factor-store.ts'
import type { Cause } from '../../delivery/event-log.ts'
import type { Unit } from './database.ts'
import type { Appender } from './log-writer.ts'
import { statement } from './statement.ts'

interface SetRow {
  readonly id: string
}

// Whoever opens a session holds this row, and reads it as it is when it is got: so it finds the new generation, or has opened before.
const moveOn = statement(
  'move generation on',
  'UPDATE countersign.user_account SET password_generation = password_generation + 1, updated_at = $1 WHERE id = $2',
)
const keepSet = statement(
  'keep recovery set',
  'INSERT INTO countersign.recovery_set (user_id, id) VALUES ($1, $2) ON CONFLICT (user_id) DO NOTHING',
)
const dropSet = statement<SetRow>('drop recovery set', 'DELETE FROM countersign.recovery_set WHERE user_id = $1 RETURNING id')
const dropSetOfNone = statement<SetRow>(
  'drop recovery set of none',
  `
  DELETE FROM countersign.recovery_set WHERE user_id = $1
  AND NOT EXISTS (SELECT 1 FROM countersign.totp_factor WHERE user_id = $1 AND confirmed_at IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM countersign.passkey WHERE user_id = $1)
  RETURNING id`,
)
const addCodes = statement('add recovery codes', 'INSERT INTO countersign.recovery_code (factor, hash) SELECT $1, unnest($2::text[])')
const dropCodes = statement('drop recovery codes', 'DELETE FROM countersign.recovery_code WHERE factor = $1')

/** A transaction that holds the head of the log: of all that change factors one at a time has it. */
export interface Transaction {
  readonly unit: Unit
  readonly log: Appender
}

/** What every change of a second factor has in common. */
export async function noteChange({ unit, log }: Transaction, id: string, cause: Cause, at: EpochMs): Promise<void> {
  await unit.change(moveOn, at, id)
  await log.append({ kind: 'cutoff', target: { kind: 'user', id }, mode: 'soft', at, cause })
}

export async function keepRecovery(unit: Unit, user: string, { id, hashes }: RecoverySet): Promise<FactorAddition> {
  if ((await unit.change(keepSet, user, id)) === 0) return 'another'
  await unit.change(addCodes, id, hashes)
  return 'first'
}

/** @returns false when there were none. */
export const dropRecovery = async (unit: Unit, user: string): Promise<boolean> => dropped(unit, await unit.ask(dropSet, user))

/** The codes stand in the place of a factor: without any they stand for nothing. */
export const dropRecoveryOfNone = async (unit: Unit, user: string): Promise<boolean> => dropped(unit, await unit.ask(dropSetOfNone, user))

async function dropped(unit: Unit, [set]: readonly SetRow[]): Promise<boolean> {
  if (set !== undefined) await unit.change(dropCodes, set.id)
  return set !== undefined
}
