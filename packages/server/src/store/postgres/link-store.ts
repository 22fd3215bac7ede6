import type { EpochMs } from 'countersign/core'
import { aside } from '../../audit/index.ts'
import type { StandingLink } from '../../account/link/link.ts'
import type { LinkStore, LinkTry, LinkUse, NewLink, PasswordReset, ToldLinkUse, TriedLink } from '../../account/link/link-store.ts'
import { addressValues, type LinkRow, linkColumns, linkStands, newLinkValues, standingLinkOf, triedLinkOf } from '../sqlite/link-row.ts'
import type { Database, Unit } from './database.ts'
import { dropRecoveryOfNone } from './factor-change.ts'
import { addJobs } from './job-table.ts'
import { proveAddress, shutOut, useLink } from './link-use.ts'
import type { LogWriter } from './log-writer.ts'
import { endUsers } from './session-ending.ts'
import { statement } from './statement.ts'
import { isDuplicate } from './storage-failure.ts'

const LINK = 'countersign.account_link'
const USER = 'countersign.user_account'

const add = statement(
  'add link',
  `
  INSERT INTO ${LINK} (hash, kind, user_id, email, email_key, generation, code_hash, request_hash, tries, created_at, expires_at)
  SELECT $1, $2, id, coalesce($4, email), coalesce($5, email_key), password_generation, $6, $7, 0, $8::bigint, $9::bigint
  FROM ${USER} WHERE id = $3 AND status = 'active'
  ON CONFLICT (user_id, kind) WHERE kind <> 'not_me' DO UPDATE SET
    hash = excluded.hash, email = excluded.email, email_key = excluded.email_key, generation = excluded.generation,
    code_hash = excluded.code_hash, request_hash = excluded.request_hash, tries = 0,
    created_at = excluded.created_at, expires_at = excluded.expires_at`,
)
const find = statement<LinkRow>(
  'find link',
  `SELECT ${linkColumns} FROM ${LINK} l JOIN ${USER} u ON u.id = l.user_id WHERE l.hash = $1 AND l.expires_at > $2 AND ${linkStands}`,
)
const tryBy = (column: 'hash' | 'request_hash') =>
  statement<LinkRow>(
    `try link by ${column}`,
    `
    UPDATE ${LINK} l SET tries = tries + 1 FROM ${USER} u
    WHERE u.id = l.user_id AND l.${column} = $1 AND l.expires_at > $2 AND l.tries < $3 AND l.kind = 'magic_link' AND ${linkStands}
    RETURNING ${linkColumns}`,
  )
const tryByHash = tryBy('hash')
const tryByRequest = tryBy('request_hash')
const setPassword = statement(
  'reset password',
  `UPDATE ${USER} SET password_hash = $1, password_generation = password_generation + 1, updated_at = $2 WHERE id = $3`,
)
const takenBy = statement<{ readonly id: string }>('owner of address', `SELECT id FROM ${USER} WHERE email_key = $1`)
const setAddress = statement(
  'set address',
  `UPDATE ${USER} SET email = $2, email_key = $3, search_text = $4, email_verified_at = $5, updated_at = $5 WHERE id = $1`,
)
const dropOfAddress = statement('drop links of address', `DELETE FROM ${LINK} WHERE user_id = $1 AND kind <> 'not_me'`)
const dropYounger = statement('drop younger links', `DELETE FROM ${LINK} WHERE user_id = $1 AND (kind <> 'not_me' OR created_at >= $2)`)
const dropIdentities = statement(
  'drop younger identities',
  'DELETE FROM countersign.federated_identity WHERE user_id = $1 AND linked_at >= $2',
)
const dropPasskeys = statement('drop younger passkeys', 'DELETE FROM countersign.passkey WHERE user_id = $1 AND created_at >= $2')
const sweep = statement(
  'sweep links',
  `DELETE FROM ${LINK} WHERE hash IN (SELECT hash FROM ${LINK} WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)`,
)

/**
 * When a commit's outcome is unknown (`unavailable`): a link that was used may be gone, with all that it does or with none of it; whoever repeats
 * `add` gets another link in the place of one that nobody has.
 */
export class PostgresLinkStore implements LinkStore {
  readonly #database: Database
  readonly #log: LogWriter

  constructor(database: Database, log: LogWriter) {
    this.#database = database
    this.#log = log
  }

  async add(link: NewLink): Promise<boolean> {
    return (await this.#database.change(add, ...newLinkValues(link))) === 1
  }

  async find(hash: string, at: EpochMs): Promise<StandingLink | undefined> {
    const [row] = await this.#database.ask(find, hash, at)
    return row === undefined ? undefined : standingLinkOf(row)
  }

  async try({ key, maximum, at }: LinkTry): Promise<TriedLink | undefined> {
    const [row] = await aside(() =>
      'hash' in key ? this.#database.ask(tryByHash, key.hash, at, maximum) : this.#database.ask(tryByRequest, key.request, at, maximum),
    )
    return row === undefined ? undefined : triedLinkOf(row)
  }

  resetPassword({ hash, passwordHash, at }: PasswordReset): Promise<boolean> {
    return this.#log.appending(async (unit, log) => {
      const link = await useLink(unit, hash, 'password_reset', at)
      if (link === undefined) return false
      await unit.change(setPassword, passwordHash, at, link.user_id)
      await proveAddress(unit, link.user_id, at)
      await endUsers(unit, link.user_id, undefined)
      const target = { kind: 'user', id: link.user_id } as const
      await log.append({ kind: 'cutoff', target, mode: 'hard', at, cause: { credential: 'password' } })
      return true
    })
  }

  verifyEmail({ hash, at }: LinkUse): Promise<boolean> {
    return this.#database.transaction(async (unit) => {
      const link = await useLink(unit, hash, 'email_verification', at)
      if (link !== undefined) await proveAddress(unit, link.user_id, at)
      return link !== undefined
    })
  }

  async changeEmail({ hash, at, jobs }: ToldLinkUse): Promise<'changed' | 'email_taken' | 'refused'> {
    try {
      return await this.#log.appending(async (unit, log) => {
        const [link] = await unit.ask(find, hash, at)
        if (link?.kind !== 'email_change') return 'refused'
        if (!(await moveTo(unit, link, at))) return 'email_taken'
        // Whoever else uses this link waits for the head of the log, and does not find it any more.
        await unit.change(dropOfAddress, link.user_id)
        const target = { kind: 'user', id: link.user_id } as const
        await log.append({ kind: 'cutoff', target, mode: 'soft', at, cause: { claims: { email: [link.email] } } })
        await addJobs(unit, jobs(standingLinkOf(link), link.former_email))
        return 'changed'
      })
    } catch (error) {
      // Somebody has signed up with the address between the look at it and the change.
      if (isDuplicate(error)) return 'email_taken'
      throw error
    }
  }

  async disown(use: ToldLinkUse): Promise<boolean> {
    try {
      return await this.#disown(use)
    } catch (error) {
      // As above. The second time the address is seen to be taken, and the rest is done without it.
      if (isDuplicate(error)) return this.#disown(use)
      throw error
    }
  }

  #disown({ hash, at, jobs }: ToldLinkUse): Promise<boolean> {
    return this.#log.appending(async (unit, log) => {
      const link = await useLink(unit, hash, 'not_me', at)
      if (link === undefined) return false
      await moveTo(unit, link, at)
      await shutOut(unit, log, { user: link.user_id, at, cause: { reason: 'not_me' } })
      await unit.change(dropYounger, link.user_id, link.created_at)
      await unit.change(dropIdentities, link.user_id, link.created_at)
      if ((await unit.change(dropPasskeys, link.user_id, link.created_at)) > 0) await dropRecoveryOfNone(unit, link.user_id)
      await addJobs(unit, jobs(standingLinkOf(link), link.former_email))
      return true
    })
  }

  sweep(now: EpochMs, limit: number): Promise<number> {
    return this.#database.change(sweep, now, limit)
  }
}

/** Whoever used the link reads the mail of the address. @returns false, with nothing changed, where another account has it. */
async function moveTo(unit: Unit, { user_id: user, email, name }: LinkRow, at: EpochMs): Promise<boolean> {
  const [address, key, searchText] = addressValues(email, name)
  const [owner] = await unit.ask(takenBy, key)
  if (owner !== undefined && owner.id !== user) return false
  await unit.change(setAddress, user, address, key, searchText, at)
  return true
}
