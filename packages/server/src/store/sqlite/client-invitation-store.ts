import type { EpochMs } from 'countersign/core'
import type { ClientInvitation, ClientInvitationStore } from '../../oauth/client-invitation-store.ts'
import { invitationColumns, invitationOf, type ClientInvitationRow, invitationValues } from './client-invitation-row.ts'
import type { Database } from './database.ts'
import type { Statement } from './statement.ts'

export class SqliteClientInvitationStore implements ClientInvitationStore {
  readonly #database: Database
  readonly #insert: Statement
  readonly #findByToken: Statement<ClientInvitationRow>
  readonly #list: Statement<ClientInvitationRow>
  readonly #remove: Statement
  readonly #sweep: Statement

  constructor(database: Database) {
    this.#database = database
    this.#insert = database.statement(
      `INSERT INTO client_invitation (${invitationColumns.join(', ')}) VALUES (${invitationColumns.map(() => '?').join(', ')})`,
    )
    this.#findByToken = database.statement('SELECT * FROM client_invitation WHERE token_hash = ?')
    this.#list = database.statement('SELECT * FROM client_invitation ORDER BY created_at, id')
    this.#remove = database.statement('DELETE FROM client_invitation WHERE id = ?')
    this.#sweep = database.statement(
      'DELETE FROM client_invitation WHERE id IN (SELECT id FROM client_invitation WHERE expires_at <= ? LIMIT ?)',
    )
  }

  async add(invitation: ClientInvitation): Promise<void> {
    await this.#database.write(() => this.#insert.run(...invitationValues(invitation)))
  }

  findByToken(tokenHash: string): Promise<ClientInvitation | undefined> {
    return this.#database.read(() => {
      const row = this.#findByToken.get(tokenHash)
      return row === undefined ? undefined : invitationOf(row)
    })
  }

  list(): Promise<readonly ClientInvitation[]> {
    return this.#database.read(() => this.#list.all().map(invitationOf))
  }

  remove(id: string): Promise<boolean> {
    return this.#database.write(() => this.#remove.run(id) === 1)
  }

  sweep(expiredBy: EpochMs, limit: number): Promise<number> {
    return this.#database.write(() => this.#sweep.run(expiredBy, limit))
  }
}
