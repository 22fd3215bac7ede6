import type { Target } from 'countersign/revocation'
import type { Unit } from './database.ts'
import { closeGate } from './oauth-ending.ts'
import { statement } from './statement.ts'

interface EndedRow {
  readonly id: string
}

interface OwnerRow {
  readonly user_id: string
}

// Whoever opens a session holds the row of its user. To hold it here, in a statement before the one that deletes, means that each
// session of the user is either committed, and so seen by the delete, or opened after this transaction.
const holdUser = statement('hold user', 'SELECT 1 FROM countersign.user_account WHERE id = $1 FOR NO KEY UPDATE')
// The same for all users at once: who opens a session stands in the gate. A lock on the table of sessions itself would have to wait for a VACUUM of it.

const endEveryones = statement('end all sessions', 'DELETE FROM countersign.session')
const endClients = statement('end sessions of client', 'DELETE FROM countersign.session WHERE client = $1')
const endOfUser = statement<EndedRow>(
  'end sessions of user',
  'DELETE FROM countersign.session WHERE user_id = $1 AND id IS DISTINCT FROM $2 RETURNING id',
)
const endById = statement<OwnerRow>('end session', 'DELETE FROM countersign.session WHERE id = $1 RETURNING user_id')

/**
 * All sessions that stand behind a target; none do behind a token, key, role, group or issuer. The caller appends the cut-off.
 *
 * @returns whose it was, of one session that was named.
 */
export async function endBehind(unit: Unit, target: Target): Promise<string | undefined> {
  switch (target.kind) {
    case 'everyone':
      await Promise.all([unit.change(closeGate), unit.change(endEveryones)])
      return undefined
    case 'client':
      await Promise.all([unit.change(closeGate), unit.change(endClients, target.id)])
      return undefined
    case 'user':
      await endUsers(unit, target.id, undefined)
      return undefined
    case 'session':
      return endOne(unit, target.id)
    default:
      return undefined
  }
}

/** @returns the ids that ended. */
export async function endUsers(unit: Unit, user: string, except: string | undefined): Promise<readonly string[]> {
  const [, ended] = await Promise.all([unit.change(holdUser, user), unit.ask(endOfUser, user, except ?? null)])
  return ended.map(({ id }) => id)
}

/** @returns whose it was; undefined when there was none. */
export async function endOne(unit: Unit, id: string): Promise<string | undefined> {
  const [ended] = await unit.ask(endById, id)
  return ended?.user_id
}
