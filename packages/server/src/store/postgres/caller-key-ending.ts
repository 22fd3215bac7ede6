import type { EpochMs } from 'countersign/core'
import type { CallerKeyOwner } from '../../credential/caller-key.ts'
import type { Unit } from './database.ts'
import type { Appender } from './log-writer.ts'
import { type Statement, statement } from './statement.ts'

interface EndedRow {
  readonly id: string
}

/** Whoever makes a key with this one holds it until their commit: only then is it seen what there is to end. */
const hold = statement<EndedRow>('hold caller key to end', 'SELECT id FROM countersign.caller_key WHERE id = $1 FOR UPDATE')
const endFamily = statement<EndedRow>('end caller key', 'DELETE FROM countersign.caller_key WHERE id = $1 OR parent = $1 RETURNING id')
// By id, as all who lock many keys at once.
const endOf = (owner: CallerKeyOwner['kind']): Statement<EndedRow> =>
  statement(
    `end caller keys of ${owner}`,
    `
    DELETE FROM countersign.caller_key WHERE id IN (
      SELECT id FROM countersign.caller_key WHERE owner_kind = '${owner}' AND owner_id = $1 ORDER BY id FOR UPDATE) RETURNING id`,
  )
const endServices = endOf('service')
const endUsers = endOf('user')

const madeWith = statement<EndedRow>('find caller key family', 'SELECT id FROM countersign.caller_key WHERE id = $1 OR parent = $1')

/** Verifiers ask again: for the key, and for all that was made with it. */
export async function tellCallerKeyChange(unit: Unit, log: Appender, id: string, at: EpochMs): Promise<void> {
  await cutOff(log, await unit.ask(madeWith, id), at, 'soft')
}

/** Removes a key with all that was made with it. @returns false when there was none. */
export async function endCallerKey(unit: Unit, log: Appender, id: string, at: EpochMs): Promise<boolean> {
  await unit.ask(hold, id)
  const ended = await unit.ask(endFamily, id)
  await cutOff(log, ended, at)
  return ended.some((row) => row.id === id)
}

export async function endCallerKeysOfService(unit: Unit, log: Appender, service: string, at: EpochMs): Promise<void> {
  await cutOff(log, await unit.ask(endServices, service), at)
}

export async function endCallerKeysOfUser(unit: Unit, log: Appender, user: string, at: EpochMs): Promise<void> {
  await cutOff(log, await unit.ask(endUsers, user), at)
}

async function cutOff(log: Appender, ended: readonly EndedRow[], at: EpochMs, mode: 'soft' | 'hard' = 'hard'): Promise<void> {
  for (const { id } of ended) await log.append({ kind: 'cutoff', target: { kind: 'client', id }, mode, at })
}
