import type { Target } from 'countersign/revocation'
import type { Database } from './database.ts'
import type { Statement } from './statement.ts'

interface EndedRow {
  readonly id: string
}

/** Removes session rows, inside a unit of work. The caller appends the cut-off that kills their access tokens. */
export class SessionEnding {
  readonly #everyones: Statement
  readonly #clients: Statement
  readonly #users: Statement<EndedRow>
  readonly #one: Statement

  constructor(database: Database) {
    this.#everyones = database.statement('DELETE FROM session')
    this.#clients = database.statement('DELETE FROM session WHERE client = ?')
    this.#users = database.statement('DELETE FROM session WHERE user_id = ? AND id IS NOT ? RETURNING id')
    this.#one = database.statement('DELETE FROM session WHERE id = ?')
  }

  /** All sessions that stand behind a target; none do behind a token, key, role, group or issuer. */
  endBehind(target: Target): void {
    switch (target.kind) {
      case 'everyone':
        this.#everyones.run()
        return
      case 'client':
        this.#clients.run(target.id)
        return
      case 'user':
        this.endUsers(target.id, undefined)
        return
      case 'session':
        this.endOne(target.id)
        return
      default:
    }
  }

  /** @returns the ids that ended. */
  endUsers(user: string, except: string | undefined): readonly string[] {
    return this.#users.all(user, except ?? null).map((row) => row.id)
  }

  endOne(id: string): boolean {
    return this.#one.run(id) === 1
  }
}
