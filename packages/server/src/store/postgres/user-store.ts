import type { EpochMs } from 'countersign/core'
import type { RevocationMode } from 'countersign/revocation'
import { aside } from '../../audit/index.ts'
import type { PasswordRecord, User, UserStatus } from '../../account/user.ts'
import type { PasswordChange, UserPage, UserStore } from '../../account/user-store.ts'
import type { NewJob } from '../../delivery/delivery-store.ts'
import type { Cause } from '../../delivery/event-log.ts'
import type { Issuance } from '../../session/session-store.ts'
import { formatList } from '../sqlite/list.ts'
import { emailKey, searchTextOf, type UserRow, userOf } from '../sqlite/user-row.ts'
import type { Database, Unit } from './database.ts'
import { type IssuanceRow, issuanceColumns, issuanceOf } from './issuance.ts'
import { addJobs } from './job-table.ts'
import type { Appender, LogWriter } from './log-writer.ts'
import { endUsers } from './session-ending.ts'
import { makeOffer, redeemOffer } from './setup-offer.ts'
import { statement } from './statement.ts'
import { insertUser, userColumnValues } from './user-insert.ts'

const find = statement<UserRow>('find user', 'SELECT * FROM countersign.user_account WHERE id = $1')
const findByEmail = statement<UserRow>('find user by address', 'SELECT * FROM countersign.user_account WHERE email_key = $1')
const list = statement<UserRow>(
  'list users',
  'SELECT * FROM countersign.user_account WHERE id > $1 AND strpos(search_text, $2) > 0 ORDER BY id LIMIT $3',
)
const changePassword = statement(
  'change password',
  `
  UPDATE countersign.user_account SET password_hash = $1, password_generation = password_generation + 1, updated_at = $2
  WHERE id = $3 AND password_generation = $4 AND status = 'active'`,
)
const replaceHash = statement('replace hash', 'UPDATE countersign.user_account SET password_hash = $1 WHERE id = $2 AND password_hash = $3')
const setStatus = statement<UserRow>(
  'set status',
  'UPDATE countersign.user_account SET status = $1, updated_at = $2 WHERE id = $3 RETURNING *',
)
// A role for a while does not come back with whoever is restored.
const endElevations = statement(
  'end elevations of user',
  `UPDATE countersign.elevation SET ended_at = $1, ended_by = 'suspension' WHERE user_id = $2 AND ended_at IS NULL`,
)
const setRoles = statement<UserRow>(
  'set roles',
  'UPDATE countersign.user_account SET roles = $1, updated_at = $2 WHERE id = $3 RETURNING *',
)
const setGroups = statement<UserRow>(
  'set groups',
  'UPDATE countersign.user_account SET groups = $1, updated_at = $2 WHERE id = $3 RETURNING *',
)
const findLocked = statement<UserRow>('lock user', 'SELECT * FROM countersign.user_account WHERE id = $1 FOR UPDATE')
const setName = statement<UserRow>('set name', 'UPDATE countersign.user_account SET name = $1, search_text = $2 WHERE id = $3 RETURNING *')
// `$opaque$v=1$` and 8 characters: see `opaque-record.ts`.
const bySetup = statement<{ readonly setup: string; readonly count: number }>(
  'count by opaque setup',
  `
  SELECT substr(password_hash, 13, 8) AS setup, count(*) AS count FROM countersign.user_account
  WHERE substr(password_hash, 1, 12) = '$opaque$v=1$' GROUP BY setup`,
)
const livingSession = statement<IssuanceRow>(
  'living session',
  `
  SELECT ${issuanceColumns} FROM countersign.session s JOIN countersign.user_account u ON u.id = s.user_id, countersign.log_head h
  WHERE s.id = $1 AND s.user_id = $2 AND s.expires_at > $3 AND s.idle_expires_at > $3`,
)

/**
 * When a commit's outcome is unknown (`unavailable`): `create` and `redeemSetup` find their address taken when they are repeated,
 * `changePassword` another generation, `replaceHash` another hash; the others set again what is set, at the price of one more cut-off.
 */
export class PostgresUserStore implements UserStore {
  readonly #database: Database
  readonly #log: LogWriter

  constructor(database: Database, log: LogWriter) {
    this.#database = database
    this.#log = log
  }

  async create(user: User, passwordHash: string, jobs: readonly NewJob[] = []): Promise<'created' | 'email_taken'> {
    const values = userColumnValues(user, passwordHash)
    if (jobs.length === 0) return outcomeOf(await this.#database.change(insertUser, ...values))
    return this.#database.transaction(async (unit) => {
      const outcome = outcomeOf(await unit.change(insertUser, ...values))
      if (outcome === 'created') await addJobs(unit, jobs)
      return outcome
    })
  }

  async find(id: string): Promise<User | undefined> {
    return found(await this.#database.ask(find, id))
  }

  async findByEmail(email: string): Promise<{ readonly user: User; readonly password: PasswordRecord } | undefined> {
    const [row] = await this.#database.ask(findByEmail, emailKey(email))
    return row === undefined ? undefined : { user: userOf(row), password: passwordOf(row) }
  }

  async findPassword(id: string): Promise<PasswordRecord | undefined> {
    const [row] = await this.#database.ask(find, id)
    return row === undefined ? undefined : passwordOf(row)
  }

  async list({ after = '', limit, search = '' }: UserPage): Promise<readonly User[]> {
    return (await this.#database.ask(list, after, search.toLowerCase(), limit)).map(userOf)
  }

  changePassword(change: PasswordChange): Promise<{ readonly kept: Issuance | undefined } | 'changed_meanwhile'> {
    const { user, fromGeneration, hash, keepSession, at } = change
    return this.#log.appending(async (unit, log) => {
      if ((await unit.change(changePassword, hash, at, user, fromGeneration)) === 0) return 'changed_meanwhile'
      await endUsers(unit, user, keepSession)
      const { position } = await cutOff(log, user, 'hard', at, { credential: 'password' })
      const [row] = keepSession === undefined ? [] : await unit.ask(livingSession, keepSession, user, at)
      // Younger than the cut-off, which is written with the commit.
      return { kept: row === undefined ? undefined : { ...issuanceOf(row), rev: position } }
    })
  }

  async replaceHash(user: string, from: string, to: string): Promise<boolean> {
    return (await aside(() => this.#database.change(replaceHash, to, user, from))) === 1
  }

  async setStatus(id: string, status: UserStatus, at: EpochMs): Promise<User | undefined> {
    // Restoring kills nothing, so it appends nothing and need not wait for the head.
    if (status !== 'suspended') return found(await this.#database.ask(setStatus, status, at, id))
    return this.#log.appending(async (unit, log) => {
      const user = found(await unit.ask(setStatus, status, at, id))
      if (user === undefined) return undefined
      await endUsers(unit, id, undefined)
      await unit.change(endElevations, at, id)
      await cutOff(log, id, 'hard', at)
      return user
    })
  }

  setRoles(id: string, roles: readonly string[], at: EpochMs): Promise<User | undefined> {
    return this.#softly({ roles }, at, (unit) => unit.ask(setRoles, formatList(roles), at, id))
  }

  setGroups(id: string, groups: readonly string[], at: EpochMs): Promise<User | undefined> {
    return this.#softly({ groups }, at, (unit) => unit.ask(setGroups, formatList(groups), at, id))
  }

  setName(id: string, name: string | undefined): Promise<User | undefined> {
    return this.#database.transaction(async (unit) => {
      const user = found(await unit.ask(findLocked, id))
      return user && found(await unit.ask(setName, name ?? null, searchTextOf(user.email, name), id))
    })
  }

  async countByOpaqueSetup(): Promise<ReadonlyMap<string, number>> {
    return new Map((await this.#database.ask(bySetup)).map(({ setup, count }) => [setup, Number(count)]))
  }

  offerSetup(tokenHash: string, expiresAt: EpochMs): Promise<boolean> {
    return makeOffer(this.#database, tokenHash, expiresAt)
  }

  redeemSetup(tokenHash: string, user: User, passwordHash: string): Promise<'created' | 'refused' | 'email_taken'> {
    return this.#database.transaction((unit) =>
      redeemOffer(unit, tokenHash, user.createdAt, async () =>
        outcomeOf(await unit.change(insertUser, ...userColumnValues(user, passwordHash))),
      ),
    )
  }

  #softly(claims: NonNullable<Cause['claims']>, at: EpochMs, set: (unit: Unit) => Promise<readonly UserRow[]>): Promise<User | undefined> {
    return this.#log.appending(async (unit, log) => {
      const user = found(await set(unit))
      if (user !== undefined) await cutOff(log, user.id, 'soft', at, { claims })
      return user
    })
  }
}

const cutOff = (log: Appender, id: string, mode: RevocationMode, at: EpochMs, cause: Cause = {}) =>
  log.append({ kind: 'cutoff', target: { kind: 'user', id }, mode, at, cause })

const found = ([row]: readonly UserRow[]): User | undefined => (row === undefined ? undefined : userOf(row))

const outcomeOf = (inserted: number): 'created' | 'email_taken' => (inserted === 1 ? 'created' : 'email_taken')

const passwordOf = (row: UserRow): PasswordRecord => ({ hash: row.password_hash, generation: row.password_generation })
