import type { EpochMs } from 'countersign/core'
import type { OAuthClientStore, SecretRotation } from '../../oauth/client-store.ts'
import type { OAuthClient } from '../../oauth/oauth-client.ts'
import type { Database } from './database.ts'
import type { LogWriter } from './log-writer.ts'
import { clientColumns, clientOf, type ClientRow, clientValues } from './oauth-row.ts'
import type { Statement } from './statement.ts'

export class SqliteOAuthClientStore implements OAuthClientStore {
  readonly #database: Database
  readonly #log: LogWriter
  readonly #insert: Statement
  readonly #find: Statement<ClientRow>
  readonly #list: Statement<ClientRow>
  readonly #rotate: Statement
  readonly #enable: Statement
  readonly #disable: Statement
  readonly #dropGrants: Statement
  readonly #remove: Statement

  constructor(database: Database, log: LogWriter) {
    this.#database = database
    this.#log = log
    this.#insert = database.statement(
      `INSERT INTO oauth_client (${clientColumns.join(', ')}) VALUES (${clientColumns.map(() => '?').join(', ')})`,
    )
    this.#find = database.statement('SELECT * FROM oauth_client WHERE id = ?')
    this.#list = database.statement('SELECT * FROM oauth_client ORDER BY created_at, id')
    this.#rotate = database.statement(`
      UPDATE oauth_client SET former_secret_hash = secret_hash, former_until = ?2, secret_hash = ?3 WHERE id = ?1 AND secret_hash IS NOT NULL`)
    this.#enable = database.statement('UPDATE oauth_client SET disabled_at = NULL WHERE id = ?')
    this.#disable = database.statement('UPDATE oauth_client SET disabled_at = coalesce(disabled_at, ?2) WHERE id = ?1')
    this.#dropGrants = database.statement('DELETE FROM oauth_grant WHERE client_id = ?')
    this.#remove = database.statement('DELETE FROM oauth_client WHERE id = ?')
  }

  async add(client: OAuthClient): Promise<void> {
    await this.#database.write(() => this.#insert.run(...clientValues(client)))
  }

  find(id: string): Promise<OAuthClient | undefined> {
    return this.#database.read(() => {
      const row = this.#find.get(id)
      return row === undefined ? undefined : clientOf(row)
    })
  }

  list(): Promise<readonly OAuthClient[]> {
    return this.#database.read(() => this.#list.all().map(clientOf))
  }

  rotateSecret({ id, secretHash, formerUntil }: SecretRotation): Promise<boolean> {
    return this.#database.write(() => this.#rotate.run(id, formerUntil, secretHash) === 1)
  }

  setDisabled(id: string, isDisabled: boolean, at: EpochMs): Promise<boolean> {
    return this.#database.write(() => {
      if (!isDisabled) return this.#enable.run(id) === 1
      if (this.#disable.run(id, at) === 0) return false
      this.#cutOff(id, at)
      return true
    })
  }

  remove(id: string, at: EpochMs): Promise<boolean> {
    return this.#database.write(() => {
      if (this.#remove.run(id) === 0) return false
      this.#dropGrants.run(id)
      this.#cutOff(id, at)
      return true
    })
  }

  #cutOff(id: string, at: EpochMs): void {
    this.#log.append({ kind: 'cutoff', target: { kind: 'client', id }, mode: 'hard', at })
  }
}
