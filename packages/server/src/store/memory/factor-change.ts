import type { EpochMs } from 'countersign/core'
import type { FactorAddition, RecoverySet } from '../../account/factor/factor-store.ts'
import type { Cause } from '../../delivery/event-log.ts'
import type { Tables } from './tables.ts'

/** What every change of a second factor has in common. Nothing of it is done when the append fails. */
export function noteChange(tables: Tables, id: string, cause: Cause, at: EpochMs): void {
  const record = tables.users.get(id)
  if (record === undefined) throw new Error(`there is no user ${id}`)
  const { user, password } = record
  tables.log.cutOff({ kind: 'user', id }, 'soft', at, cause)
  tables.users.set(id, { user: { ...user, updatedAt: at }, password: { ...password, generation: password.generation + 1 } })
}

export function keepRecovery(tables: Tables, user: string, set: RecoverySet): FactorAddition {
  if (tables.recovery.has(user)) return 'another'
  tables.recovery.set(user, set)
  return 'first'
}

/** The codes stand in the place of a factor: without any they stand for nothing. */
export function dropRecoveryOfNone(tables: Tables, user: string): void {
  const hasPasskey = [...tables.passkeys.values()].some((passkey) => passkey.user === user)
  if (!hasPasskey && tables.factors.get(user)?.confirmedAt === undefined) tables.recovery.delete(user)
}
