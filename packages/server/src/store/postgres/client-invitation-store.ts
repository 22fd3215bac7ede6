import type { EpochMs } from 'countersign/core'
import type { ClientInvitation, ClientInvitationStore } from '../../oauth/client-invitation-store.ts'
import { invitationColumns, invitationOf, type ClientInvitationRow, invitationValues } from '../sqlite/client-invitation-row.ts'
import type { Database } from './database.ts'
import { insertInto, statement } from './statement.ts'

const insert = statement('insert client invitation', insertInto('client_invitation', invitationColumns))
const findByToken = statement<ClientInvitationRow>(
  'find client invitation',
  'SELECT * FROM countersign.client_invitation WHERE token_hash = $1',
)
const list = statement<ClientInvitationRow>(
  'list client invitations',
  'SELECT * FROM countersign.client_invitation ORDER BY created_at, id',
)
const remove = statement('remove client invitation', 'DELETE FROM countersign.client_invitation WHERE id = $1')
const sweep = statement(
  'sweep client invitations',
  `DELETE FROM countersign.client_invitation WHERE id IN (
    SELECT id FROM countersign.client_invitation WHERE expires_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)`,
)

/** When a commit's outcome is unknown (`unavailable`): all of it may be repeated but `add`, whose token nobody has seen. */
export class PostgresClientInvitationStore implements ClientInvitationStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async add(invitation: ClientInvitation): Promise<void> {
    await this.#database.change(insert, ...invitationValues(invitation))
  }

  async findByToken(tokenHash: string): Promise<ClientInvitation | undefined> {
    const [row] = await this.#database.ask(findByToken, tokenHash)
    return row === undefined ? undefined : invitationOf(row)
  }

  async list(): Promise<readonly ClientInvitation[]> {
    return (await this.#database.ask(list)).map(invitationOf)
  }

  async remove(id: string): Promise<boolean> {
    return (await this.#database.change(remove, id)) === 1
  }

  sweep(expiredBy: EpochMs, limit: number): Promise<number> {
    return this.#database.change(sweep, expiredBy, limit)
  }
}
