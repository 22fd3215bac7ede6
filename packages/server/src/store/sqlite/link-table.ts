import type { EpochMs } from 'countersign/core'
import type { LinkKind } from '../../account/link/link.ts'
import { NO_PASSWORD } from '../../account/user.ts'
import type { Cause } from '../../delivery/event-log.ts'
import type { Database } from './database.ts'
import { type LinkRow, linkColumns, linkStands } from './link-row.ts'
import type { LogWriter } from './log-writer.ts'
import type { SessionEnding } from './session-ending.ts'
import type { Statement } from './statement.ts'

/** Uses links up, inside a unit of work. */
export class LinkTable {
  readonly #log: LogWriter
  readonly #ending: SessionEnding
  readonly #find: Statement<LinkRow>
  readonly #drop: Statement
  readonly #prove: Statement
  readonly #voidPassword: Statement

  constructor(database: Database, log: LogWriter, ending: SessionEnding) {
    this.#log = log
    this.#ending = ending
    this.#find = database.statement(`
      SELECT ${linkColumns} FROM account_link l JOIN user u ON u.id = l.user_id WHERE l.hash = ? AND l.expires_at > ? AND ${linkStands}`)
    this.#drop = database.statement('DELETE FROM account_link WHERE hash = ?')
    this.#prove = database.statement('UPDATE user SET email_verified_at = ? WHERE id = ? AND email_verified_at IS NULL')
    this.#voidPassword = database.statement(`
      UPDATE user SET password_hash = '${NO_PASSWORD}', password_generation = password_generation + 1, updated_at = ? WHERE id = ?`)
  }

  find(hash: string, at: EpochMs): LinkRow | undefined {
    return this.#find.get(hash, at)
  }

  /** Of many who use a link, one gets it. */
  use(hash: string, kind: LinkKind, at: EpochMs): LinkRow | undefined {
    const link = this.#find.get(hash, at)
    return link?.kind === kind && this.#drop.run(hash) === 1 ? link : undefined
  }

  /** The address was shown to be its user's. */
  prove(user: string, at: EpochMs): void {
    this.#prove.run(at, user)
  }

  /** No password is right any more, sessions and tokens have ended. */
  shutOut(user: string, at: EpochMs, cause: Cause): void {
    this.#voidPassword.run(at, user)
    this.#ending.endUsers(user, undefined)
    this.#log.append({ kind: 'cutoff', target: { kind: 'user', id: user }, mode: 'hard', at, cause })
  }

  /**
   * A magic link opens a session. Where the address was not proven before, whoever has made the account need not be who reads its mail: what they
   * know is void then.
   */
  signIn(hash: string, user: string, at: EpochMs): boolean {
    const link = this.find(hash, at)
    if (link?.kind !== 'magic_link' || link.user_id !== user || this.#drop.run(hash) === 0) return false
    if (link.email_verified_at === null) this.shutOut(user, at, { reason: 'address_proven' })
    this.prove(user, at)
    return true
  }
}
