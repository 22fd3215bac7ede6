import type { EpochMs } from 'countersign/core'
import type { RevocationMode } from 'countersign/revocation'
import { aside } from '../../audit/index.ts'
import type { PasswordRecord, User, UserStatus } from '../../account/user.ts'
import type { PasswordChange, UserPage, UserStore } from '../../account/user-store.ts'
import type { NewJob } from '../../delivery/delivery-store.ts'
import type { Cause } from '../../delivery/event-log.ts'
import type { Issuance } from '../../session/session-store.ts'
import type { Database } from './database.ts'
import type { IssuanceReader } from './issuance.ts'
import { JobTable } from './job-table.ts'
import { formatList } from './list.ts'
import type { LogWriter } from './log-writer.ts'
import type { SessionEnding } from './session-ending.ts'
import { type SessionRow, sessionOf } from './session-row.ts'
import { SetupOffer } from './setup-offer.ts'
import type { Statement } from './statement.ts'
import { emailKey, insertUser, searchTextOf, type UserRow, userOf, userValues } from './user-row.ts'

export class SqliteUserStore implements UserStore {
  readonly #database: Database
  readonly #log: LogWriter
  readonly #ending: SessionEnding
  readonly #issuance: IssuanceReader
  readonly #jobs: JobTable
  readonly #offer: SetupOffer
  readonly #insert: Statement
  readonly #find: Statement<UserRow>
  readonly #findByEmail: Statement<UserRow>
  readonly #list: Statement<UserRow>
  readonly #changePassword: Statement
  readonly #replaceHash: Statement
  readonly #setStatus: Statement<UserRow>
  readonly #endElevations: Statement
  readonly #setRoles: Statement<UserRow>
  readonly #setGroups: Statement<UserRow>
  readonly #setName: Statement<UserRow>
  readonly #bySetup: Statement<{ readonly setup: string; readonly count: number }>
  readonly #living: Statement<SessionRow>

  constructor(database: Database, log: LogWriter, ending: SessionEnding, issuance: IssuanceReader) {
    this.#database = database
    this.#log = log
    this.#ending = ending
    this.#issuance = issuance
    this.#jobs = new JobTable(database)
    this.#offer = new SetupOffer(database)
    this.#insert = database.statement(insertUser)
    this.#find = database.statement('SELECT * FROM user WHERE id = ?')
    this.#findByEmail = database.statement('SELECT * FROM user WHERE email_key = ?')
    this.#list = database.statement(`SELECT * FROM user WHERE id > ? AND instr(search_text, ?) > 0 ORDER BY id LIMIT ?`)
    this.#changePassword = database.statement(`
      UPDATE user SET password_hash = ?1, password_generation = password_generation + 1, updated_at = ?2
      WHERE id = ?3 AND password_generation = ?4 AND status = 'active'`)
    this.#replaceHash = database.statement('UPDATE user SET password_hash = ? WHERE id = ? AND password_hash = ?')
    this.#setStatus = database.statement('UPDATE user SET status = ?, updated_at = ? WHERE id = ? RETURNING *')
    this.#endElevations = database.statement(
      `UPDATE elevation SET ended_at = ?, ended_by = 'suspension' WHERE user_id = ? AND ended_at IS NULL`,
    )
    this.#setRoles = database.statement('UPDATE user SET roles = ?, updated_at = ? WHERE id = ? RETURNING *')
    this.#setGroups = database.statement('UPDATE user SET groups = ?, updated_at = ? WHERE id = ? RETURNING *')
    this.#setName = database.statement('UPDATE user SET name = ?, search_text = ? WHERE id = ? RETURNING *')
    // `$opaque$v=1$` and 8 characters: see `opaque-record.ts`.
    this.#bySetup = database.statement(`
      SELECT substr(password_hash, 13, 8) AS setup, count(*) AS count FROM user WHERE substr(password_hash, 1, 12) = '$opaque$v=1$' GROUP BY setup`)
    this.#living = database.statement(`
      SELECT * FROM session WHERE id = ?1 AND user_id = ?2 AND expires_at > ?3 AND idle_expires_at > ?3`)
  }

  create(user: User, passwordHash: string, jobs: readonly NewJob[] = []): Promise<'created' | 'email_taken'> {
    return this.#database.write(() => {
      const outcome = this.#insertUser(user, passwordHash)
      if (outcome === 'created') this.#jobs.insert(jobs)
      return outcome
    })
  }

  find(id: string): Promise<User | undefined> {
    return this.#database.read(() => found(this.#find.get(id)))
  }

  findByEmail(email: string): Promise<{ readonly user: User; readonly password: PasswordRecord } | undefined> {
    return this.#database.read(() => {
      const row = this.#findByEmail.get(emailKey(email))
      return row === undefined ? undefined : { user: userOf(row), password: passwordOf(row) }
    })
  }

  findPassword(id: string): Promise<PasswordRecord | undefined> {
    return this.#database.read(() => {
      const row = this.#find.get(id)
      return row === undefined ? undefined : passwordOf(row)
    })
  }

  list({ after = '', limit, search = '' }: UserPage): Promise<readonly User[]> {
    return this.#database.read(() => this.#list.all(after, search.toLowerCase(), limit).map(userOf))
  }

  changePassword(change: PasswordChange): Promise<{ readonly kept: Issuance | undefined } | 'changed_meanwhile'> {
    const { user, fromGeneration, hash, keepSession, at } = change
    return this.#database.write(() => {
      if (this.#changePassword.run(hash, at, user, fromGeneration) === 0) return 'changed_meanwhile'
      this.#ending.endUsers(user, keepSession)
      this.#cutOff(user, 'hard', at, { credential: 'password' })
      const kept = keepSession === undefined ? undefined : this.#living.get(keepSession, user, at)
      // Read after the cut-off was written, so that the kept session's new token is younger than it.
      return { kept: kept === undefined ? undefined : this.#issuance.issue(sessionOf(kept)) }
    })
  }

  replaceHash(user: string, from: string, to: string): Promise<boolean> {
    return aside(() => this.#database.write(() => this.#replaceHash.run(to, user, from) === 1))
  }

  setStatus(id: string, status: UserStatus, at: EpochMs): Promise<User | undefined> {
    return this.#database.write(() => {
      const user = found(this.#setStatus.get(status, at, id))
      if (user !== undefined && status === 'suspended') {
        this.#ending.endUsers(id, undefined)
        // A role for a while does not come back with whoever is restored.
        this.#endElevations.run(at, id)
        this.#cutOff(id, 'hard', at)
      }
      return user
    })
  }

  setRoles(id: string, roles: readonly string[], at: EpochMs): Promise<User | undefined> {
    return this.#database.write(() => this.#softly(found(this.#setRoles.get(formatList(roles), at, id)), { roles }, at))
  }

  setGroups(id: string, groups: readonly string[], at: EpochMs): Promise<User | undefined> {
    return this.#database.write(() => this.#softly(found(this.#setGroups.get(formatList(groups), at, id)), { groups }, at))
  }

  setName(id: string, name: string | undefined): Promise<User | undefined> {
    return this.#database.write(() => {
      const user = found(this.#find.get(id))
      return user && found(this.#setName.get(name ?? null, searchTextOf(user.email, name), id))
    })
  }

  countByOpaqueSetup(): Promise<ReadonlyMap<string, number>> {
    return this.#database.read(() => new Map(this.#bySetup.all().map(({ setup, count }) => [setup, count])))
  }

  offerSetup(tokenHash: string, expiresAt: EpochMs): Promise<boolean> {
    return this.#database.write(() => this.#offer.make(tokenHash, expiresAt))
  }

  redeemSetup(tokenHash: string, user: User, passwordHash: string): Promise<'created' | 'refused' | 'email_taken'> {
    return this.#database.write(() => {
      if (!this.#offer.isOpen(tokenHash, user.createdAt)) return 'refused'
      const outcome = this.#insertUser(user, passwordHash)
      if (outcome === 'created') this.#offer.end()
      return outcome
    })
  }

  #insertUser(user: User, passwordHash: string): 'created' | 'email_taken' {
    return this.#insert.runNamed(userValues(user, passwordHash)) === 1 ? 'created' : 'email_taken'
  }

  #softly(user: User | undefined, claims: NonNullable<Cause['claims']>, at: EpochMs): User | undefined {
    if (user !== undefined) this.#cutOff(user.id, 'soft', at, { claims })
    return user
  }

  #cutOff(id: string, mode: RevocationMode, at: EpochMs, cause: Cause = {}): void {
    this.#log.append({ kind: 'cutoff', target: { kind: 'user', id }, mode, at, cause })
  }
}

const found = (row: UserRow | undefined): User | undefined => (row === undefined ? undefined : userOf(row))

const passwordOf = (row: UserRow): PasswordRecord => ({ hash: row.password_hash, generation: row.password_generation })
