import type { Target } from 'countersign/revocation'
import type { Database } from './database.ts'
import type { Statement } from './statement.ts'

interface EndedRow {
  readonly id: string
}

interface OwnerRow {
  readonly user_id: string
}

/** Removes session rows, inside a unit of work. The caller appends the cut-off that kills their access tokens. */
export class SessionEnding {
  readonly #everyones: Statement
  readonly #clients: Statement
  readonly #users: Statement<EndedRow>
  readonly #one: Statement<OwnerRow>

  constructor(database: Database) {
    this.#everyones = database.statement('DELETE FROM session')
    this.#clients = database.statement('DELETE FROM session WHERE client = ?')
    this.#users = database.statement('DELETE FROM session WHERE user_id = ? AND id IS NOT ? RETURNING id')
    this.#one = database.statement('DELETE FROM session WHERE id = ? RETURNING user_id')
  }

  /**
   * All sessions that stand behind a target; none do behind a token, key, role, group or issuer.
   *
   * @returns whose it was, of one session that was named.
   */
  endBehind(target: Target): string | undefined {
    switch (target.kind) {
      case 'everyone':
        this.#everyones.run()
        return undefined
      case 'client':
        this.#clients.run(target.id)
        return undefined
      case 'user':
        this.endUsers(target.id, undefined)
        return undefined
      case 'session':
        return this.endOne(target.id)
      default:
        return undefined
    }
  }

  /** @returns the ids that ended. */
  endUsers(user: string, except: string | undefined): readonly string[] {
    return this.#users.all(user, except ?? null).map((row) => row.id)
  }

  /** @returns whose it was; undefined when there was none. */
  endOne(id: string): string | undefined {
    return this.#one.get(id)?.user_id
  }
}
