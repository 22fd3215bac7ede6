import type { StoredScopes } from '../../credential/role-scopes.ts'
import type { Database } from './database.ts'
import { parseList } from './list.ts'
import type { Statement } from './statement.ts'

/** Reads what roles bring, in the same stretch as whoever has them. */
export class StoredScopesReader {
  readonly #find: Statement<{ readonly scope: string }>

  constructor(database: Database) {
    this.#find = database.statement('SELECT scope FROM stored_role WHERE name = ?')
  }

  /** @returns undefined where nothing is said of any of them. */
  of(roles: readonly string[]): StoredScopes | undefined {
    const found = new Map<string, readonly string[]>()
    for (const role of roles) {
      const row = this.#find.get(role)
      if (row !== undefined) found.set(role, parseList(row.scope))
    }
    return found.size === 0 ? undefined : found
  }
}
