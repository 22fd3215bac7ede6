import type { EpochMs } from 'countersign/core'
import type { Database } from './database.ts'
import type { Statement } from './statement.ts'

/** The standing offer to create the first administrator; inside a unit of work. */
export class SetupOffer {
  readonly #administrator: Statement<{ readonly id: string }>
  readonly #replace: Statement
  readonly #open: Statement<{ readonly id: number }>
  readonly #end: Statement

  constructor(database: Database) {
    this.#administrator = database.statement(`SELECT user.id FROM user, json_each(user.roles) AS role WHERE role.value = 'admin' LIMIT 1`)
    this.#replace = database.statement('INSERT OR REPLACE INTO setup_offer VALUES (1, ?, ?)')
    this.#open = database.statement('SELECT id FROM setup_offer WHERE token_hash = ? AND expires_at > ?')
    this.#end = database.statement('DELETE FROM setup_offer')
  }

  /** @returns false once an administrator exists. */
  make(tokenHash: string, expiresAt: EpochMs): boolean {
    if (this.#hasAdministrator()) return false
    this.#replace.run(tokenHash, expiresAt)
    return true
  }

  isOpen(tokenHash: string, now: EpochMs): boolean {
    return this.#open.get(tokenHash, now) !== undefined && !this.#hasAdministrator()
  }

  end(): void {
    this.#end.run()
  }

  #hasAdministrator(): boolean {
    return this.#administrator.get() !== undefined
  }
}
