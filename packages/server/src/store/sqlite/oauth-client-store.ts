import type { EpochMs } from 'countersign/core'
import type { Position } from 'countersign/revocation'
import type { ClientUpdate, OAuthClientStore, SecretRotation, SeenClient } from '../../oauth/client-store.ts'
import type { OAuthClient } from '../../oauth/oauth-client.ts'
import type { Database } from './database.ts'
import type { LogWriter } from './log-writer.ts'
import { clientColumns, clientOf, type ClientRow, clientSettings, clientValues } from './oauth-row.ts'
import type { Statement } from './statement.ts'

interface SeenRow extends ClientRow {
  readonly rev: Position
}

export class SqliteOAuthClientStore implements OAuthClientStore {
  readonly #database: Database
  readonly #log: LogWriter
  readonly #insert: Statement
  readonly #useInvitation: Statement
  readonly #update: Statement
  readonly #find: Statement<ClientRow>
  readonly #findSeen: Statement<SeenRow>
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
    this.#useInvitation = database.statement(
      'UPDATE client_invitation SET uses_left = uses_left - 1 WHERE id = ? AND uses_left > 0 AND expires_at > ?',
    )
    this.#update = database.statement('UPDATE oauth_client SET settings = ?3, version = version + 1 WHERE id = ?1 AND version = ?2')
    this.#find = database.statement('SELECT * FROM oauth_client WHERE id = ?')
    this.#findSeen = database.statement('SELECT c.*, h.position AS rev FROM oauth_client c, log_head h WHERE c.id = ?')
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

  register(client: OAuthClient, invitation: string, at: EpochMs): Promise<boolean> {
    return this.#database.write(() => {
      if (this.#useInvitation.run(invitation, at) === 0) return false
      this.#insert.run(...clientValues(client))
      return true
    })
  }

  update({ client, narrows, at }: ClientUpdate): Promise<boolean> {
    return this.#database.write(() => {
      if (this.#update.run(client.id, client.version, clientSettings(client)) === 0) return false
      if (narrows) this.#cutOff(client.id, at, 'soft')
      return true
    })
  }

  find(id: string): Promise<OAuthClient | undefined> {
    return this.#database.read(() => {
      const row = this.#find.get(id)
      return row === undefined ? undefined : clientOf(row)
    })
  }

  findSeen(id: string): Promise<SeenClient | undefined> {
    return this.#database.read(() => {
      const row = this.#findSeen.get(id)
      return row === undefined ? undefined : { client: clientOf(row), rev: row.rev }
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

  #cutOff(id: string, at: EpochMs, mode: 'soft' | 'hard' = 'hard'): void {
    this.#log.append({ kind: 'cutoff', target: { kind: 'client', id }, mode, at })
  }
}
