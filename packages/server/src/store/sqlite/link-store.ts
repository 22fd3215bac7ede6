import type { EpochMs } from 'countersign/core'
import { aside } from '../../audit/index.ts'
import type { StandingLink } from '../../account/link/link.ts'
import type { LinkStore, LinkTry, LinkUse, NewLink, PasswordReset, ToldLinkUse, TriedLink } from '../../account/link/link-store.ts'
import type { Database } from './database.ts'
import type { FactorChange } from './factor-change.ts'
import { JobTable } from './job-table.ts'
import { addressValues, type LinkRow, newLinkValues, standingLinkOf, triedLinkOf } from './link-row.ts'
import { LinkTable } from './link-table.ts'
import type { LogWriter } from './log-writer.ts'
import type { SessionEnding } from './session-ending.ts'
import type { Statement } from './statement.ts'

export class SqliteLinkStore implements LinkStore {
  readonly #database: Database
  readonly #log: LogWriter
  readonly #ending: SessionEnding
  readonly #factorChange: FactorChange
  readonly #links: LinkTable
  readonly #jobs: JobTable
  readonly #add: Statement
  readonly #ofRequest: Statement<Pick<LinkRow, 'hash'>>
  readonly #count: Statement
  readonly #setPassword: Statement
  readonly #takenBy: Statement<Pick<LinkRow, 'user_id'>>
  readonly #setAddress: Statement
  readonly #dropOfAddress: Statement
  readonly #dropYounger: Statement
  readonly #dropIdentities: Statement
  readonly #dropPasskeys: Statement
  readonly #sweep: Statement

  constructor(database: Database, log: LogWriter, ending: SessionEnding, factorChange: FactorChange) {
    this.#database = database
    this.#log = log
    this.#ending = ending
    this.#factorChange = factorChange
    this.#links = new LinkTable(database, log, ending)
    this.#jobs = new JobTable(database)
    this.#add = database.statement(`
      INSERT INTO account_link (hash, kind, user_id, email, email_key, generation, code_hash, request_hash, tries, created_at, expires_at)
      SELECT ?1, ?2, id, coalesce(?4, email), coalesce(?5, email_key), password_generation, ?6, ?7, 0, ?8, ?9
      FROM user WHERE id = ?3 AND status = 'active'
      ON CONFLICT (user_id, kind) WHERE kind <> 'not_me' DO UPDATE SET
        hash = excluded.hash, email = excluded.email, email_key = excluded.email_key, generation = excluded.generation,
        code_hash = excluded.code_hash, request_hash = excluded.request_hash, tries = 0,
        created_at = excluded.created_at, expires_at = excluded.expires_at`)
    this.#ofRequest = database.statement('SELECT hash FROM account_link WHERE request_hash = ?')
    this.#count = database.statement(`UPDATE account_link SET tries = tries + 1 WHERE hash = ? AND kind = 'magic_link' AND tries < ?`)
    this.#setPassword = database.statement(`
      UPDATE user SET password_hash = ?, password_generation = password_generation + 1, updated_at = ? WHERE id = ?`)
    this.#takenBy = database.statement('SELECT id AS user_id FROM user WHERE email_key = ?')
    this.#setAddress = database.statement(`
      UPDATE user SET email = ?2, email_key = ?3, search_text = ?4, email_verified_at = ?5, updated_at = ?5 WHERE id = ?1`)
    this.#dropOfAddress = database.statement(`DELETE FROM account_link WHERE user_id = ? AND kind <> 'not_me'`)
    this.#dropYounger = database.statement(`DELETE FROM account_link WHERE user_id = ? AND (kind <> 'not_me' OR created_at >= ?)`)
    this.#dropIdentities = database.statement('DELETE FROM federated_identity WHERE user_id = ? AND linked_at >= ?')
    this.#dropPasskeys = database.statement('DELETE FROM passkey WHERE user_id = ? AND created_at >= ?')
    this.#sweep = database.statement(`
      DELETE FROM account_link WHERE hash IN (SELECT hash FROM account_link WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`)
  }

  add(link: NewLink): Promise<boolean> {
    return this.#database.write(() => this.#add.run(...newLinkValues(link)) === 1)
  }

  find(hash: string, at: EpochMs): Promise<StandingLink | undefined> {
    return this.#database.read(() => {
      const row = this.#links.find(hash, at)
      return row === undefined ? undefined : standingLinkOf(row)
    })
  }

  try({ key, maximum, at }: LinkTry): Promise<TriedLink | undefined> {
    return aside(() =>
      this.#database.write(() => {
        const hash = 'hash' in key ? key.hash : this.#ofRequest.get(key.request)?.hash
        const row = hash === undefined ? undefined : this.#links.find(hash, at)
        return row === undefined || this.#count.run(row.hash, maximum) === 0 ? undefined : triedLinkOf(row)
      }),
    )
  }

  resetPassword({ hash, passwordHash, at }: PasswordReset): Promise<boolean> {
    return this.#database.write(() => {
      const link = this.#links.use(hash, 'password_reset', at)
      if (link === undefined) return false
      this.#setPassword.run(passwordHash, at, link.user_id)
      this.#links.prove(link.user_id, at)
      this.#ending.endUsers(link.user_id, undefined)
      const target = { kind: 'user', id: link.user_id } as const
      this.#log.append({ kind: 'cutoff', target, mode: 'hard', at, cause: { credential: 'password' } })
      return true
    })
  }

  verifyEmail({ hash, at }: LinkUse): Promise<boolean> {
    return this.#database.write(() => {
      const link = this.#links.use(hash, 'email_verification', at)
      if (link !== undefined) this.#links.prove(link.user_id, at)
      return link !== undefined
    })
  }

  changeEmail({ hash, at, jobs }: ToldLinkUse): Promise<'changed' | 'email_taken' | 'refused'> {
    return this.#database.write(() => {
      const link = this.#links.find(hash, at)
      if (link?.kind !== 'email_change') return 'refused'
      if (!this.#moveTo(link, at)) return 'email_taken'
      this.#dropOfAddress.run(link.user_id)
      const target = { kind: 'user', id: link.user_id } as const
      this.#log.append({ kind: 'cutoff', target, mode: 'soft', at, cause: { claims: { email: [link.email] } } })
      this.#jobs.insert(jobs(standingLinkOf(link), link.former_email))
      return 'changed'
    })
  }

  disown({ hash, at, jobs }: ToldLinkUse): Promise<boolean> {
    return this.#database.write(() => {
      const link = this.#links.use(hash, 'not_me', at)
      if (link === undefined) return false
      this.#moveTo(link, at)
      this.#links.shutOut(link.user_id, at, { reason: 'not_me' })
      this.#dropYounger.run(link.user_id, link.created_at)
      this.#dropIdentities.run(link.user_id, link.created_at)
      if (this.#dropPasskeys.run(link.user_id, link.created_at) > 0) this.#factorChange.dropRecoveryOfNone(link.user_id)
      this.#jobs.insert(jobs(standingLinkOf(link), link.former_email))
      return true
    })
  }

  sweep(now: EpochMs, limit: number): Promise<number> {
    return this.#database.write(() => this.#sweep.run(now, limit))
  }

  /** Whoever used the link reads the mail of the address. @returns false, with nothing changed, where another account has it. */
  #moveTo({ user_id: user, email, name }: LinkRow, at: EpochMs): boolean {
    const [address, key, searchText] = addressValues(email, name)
    const owner = this.#takenBy.get(key)?.user_id
    if (owner !== undefined && owner !== user) return false
    this.#setAddress.run(user, address, key, searchText, at)
    return true
  }
}
