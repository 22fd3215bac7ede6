import { aside } from '../../audit/index.ts'
import type { SealedSecretStore } from '../../credential/sealed-secret-store.ts'
import type { Database } from './database.ts'
import type { Statement } from './statement.ts'

export class SqliteSealedSecretStore implements SealedSecretStore {
  readonly #database: Database
  readonly #keep: Statement<{ readonly sealed: string }>
  readonly #replace: Statement

  constructor(database: Database) {
    this.#database = database
    // An update that changes nothing, so that the row that stands is returned as well.
    this.#keep = database.statement(
      'INSERT INTO sealed_secret (name, sealed) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET sealed = sealed_secret.sealed RETURNING sealed',
    )
    this.#replace = database.statement('UPDATE sealed_secret SET sealed = ?3 WHERE name = ?1 AND sealed = ?2')
  }

  keep(name: string, sealed: string): Promise<string> {
    return aside(() => this.#database.write(() => this.#keep.get(name, sealed)?.sealed ?? sealed))
  }

  replace(name: string, sealed: string, next: string): Promise<boolean> {
    return this.#database.write(() => this.#replace.run(name, sealed, next) > 0)
  }
}
