import type { EpochMs } from 'countersign/core'
import type { LinkKind } from '../../account/link/link.ts'
import { NO_PASSWORD } from '../../account/user.ts'
import type { Cause } from '../../delivery/event-log.ts'
import type { SessionOpening } from '../../session/session-store.ts'
import { type LinkRow, linkColumns, linkStands } from '../sqlite/link-row.ts'
import type { Unit } from './database.ts'
import type { Appender } from './log-writer.ts'
import { endUsers } from './session-ending.ts'
import { statement } from './statement.ts'

// Who comes second waits for the row, and sees then that it is gone.
const using = (condition: string): string => `
  DELETE FROM countersign.account_link l USING countersign.user_account u
  WHERE u.id = l.user_id AND l.hash = $1 AND l.expires_at > $2 AND ${condition} AND ${linkStands}
  RETURNING ${linkColumns}`
const use = statement<LinkRow>('use link', using('l.kind = $3'))
const useMagicLink = statement<LinkRow>('use magic link', using(`l.kind = 'magic_link' AND l.user_id = $3 AND l.generation = $4`))
const prove = statement(
  'prove address',
  'UPDATE countersign.user_account SET email_verified_at = $1 WHERE id = $2 AND email_verified_at IS NULL',
)
const voidPassword = statement(
  'void password',
  `
  UPDATE countersign.user_account
  SET password_hash = '${NO_PASSWORD}', password_generation = password_generation + 1, updated_at = $1 WHERE id = $2`,
)

/** Of many who use a link, one gets it. */
export async function useLink(unit: Unit, hash: string, kind: LinkKind, at: EpochMs): Promise<LinkRow | undefined> {
  const [row] = await unit.ask(use, hash, at, kind)
  return row
}

/** The address was shown to be its user's. */
export async function proveAddress(unit: Unit, user: string, at: EpochMs): Promise<void> {
  await unit.change(prove, at, user)
}

/** No password is right any more, sessions and tokens have ended. */
export async function shutOut(unit: Unit, log: Appender, { user, at, cause }: { user: string; at: EpochMs; cause: Cause }): Promise<void> {
  await unit.change(voidPassword, at, user)
  await endUsers(unit, user, undefined)
  await log.append({ kind: 'cutoff', target: { kind: 'user', id: user }, mode: 'hard', at, cause })
}

/**
 * A magic link opens a session. Where the address was not proven before, whoever has made the account need not be who reads its mail: what they
 * know is void then.
 *
 * @returns by how much the password generation has moved on; undefined when the link does not stand.
 */
export async function signInByLink(
  unit: Unit,
  log: Appender,
  { session: { user, createdAt: at }, passwordGeneration }: SessionOpening,
  link: string,
): Promise<0 | 1 | undefined> {
  const [used] = await unit.ask(useMagicLink, link, at, user, passwordGeneration)
  if (used === undefined) return undefined
  const wasProven = used.email_verified_at !== null
  if (!wasProven) await shutOut(unit, log, { user, at, cause: { reason: 'address_proven' } })
  await proveAddress(unit, user, at)
  return wasProven ? 0 : 1
}
