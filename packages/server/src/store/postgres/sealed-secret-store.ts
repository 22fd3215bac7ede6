import { aside } from '../../audit/index.ts'
import type { SealedSecretStore } from '../../credential/sealed-secret-store.ts'
import type { Database } from './database.ts'
import { statement } from './statement.ts'

// An update that changes nothing, so that the row that stands is returned as well.
const keep = statement<{ readonly sealed: string }>(
  'keep sealed secret',
  `
  INSERT INTO countersign.sealed_secret (name, sealed) VALUES ($1, $2)
  ON CONFLICT (name) DO UPDATE SET sealed = sealed_secret.sealed RETURNING sealed`,
)
const replace = statement('replace sealed secret', 'UPDATE countersign.sealed_secret SET sealed = $3 WHERE name = $1 AND sealed = $2')

export class PostgresSealedSecretStore implements SealedSecretStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async keep(name: string, sealed: string): Promise<string> {
    const [row] = await aside(() => this.#database.ask(keep, name, sealed))
    return row?.sealed ?? sealed
  }

  async replace(name: string, sealed: string, next: string): Promise<boolean> {
    return (await this.#database.change(replace, name, sealed, next)) > 0
  }
}
