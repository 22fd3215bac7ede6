import type { EpochMs } from 'countersign/core'
import { NO_PASSWORD } from '../../account/user.ts'
import { endCallerKeysOfUser } from './caller-key-ending.ts'
import type { Unit } from './database.ts'
import type { Appender } from './log-writer.ts'
import { endUsers } from './session-ending.ts'
import { statement } from './statement.ts'

const shut = statement(
  'shut lent out',
  `
  UPDATE countersign.user_account
  SET status = 'suspended', password_hash = '${NO_PASSWORD}', password_generation = password_generation + 1, updated_at = $1 WHERE id = $2`,
)
const endElevations = statement(
  'end elevations of lent',
  `UPDATE countersign.elevation SET ended_at = $1, ended_by = 'suspension' WHERE user_id = $2 AND ended_at IS NULL`,
)
const possessions = [
  ['recovery codes', 'recovery_code WHERE factor IN (SELECT id FROM countersign.recovery_set WHERE user_id = $1)'],
  ['recovery set', 'recovery_set WHERE user_id = $1'],
  ['authenticator app', 'totp_factor WHERE user_id = $1'],
  ['passkeys', 'passkey WHERE user_id = $1'],
  ['links', 'account_link WHERE user_id = $1'],
  ['identities', 'federated_identity WHERE user_id = $1'],
].map(([name, what]) => statement(`drop ${name} of lent`, `DELETE FROM countersign.${what}`))

/** Takes from the user of a lease all that could still be signed in with. */
export async function shutOut(unit: Unit, log: Appender, id: string, at: EpochMs): Promise<void> {
  // First: whoever signs in, or changes a factor, waits for this row.
  await unit.change(shut, at, id)
  await endUsers(unit, id, undefined)
  await Promise.all([unit.change(endElevations, at, id), ...possessions.map((drop) => unit.change(drop, id))])
  await endCallerKeysOfUser(unit, log, id, at)
  const cause = { credential: 'password', reason: 'lease_ended' } as const
  await log.append({ kind: 'cutoff', target: { kind: 'user', id }, mode: 'hard', at, cause })
}
