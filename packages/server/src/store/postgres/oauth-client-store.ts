import type { EpochMs } from 'countersign/core'
import type { Position } from 'countersign/revocation'
import type { ClientUpdate, OAuthClientStore, SecretRotation, SeenClient } from '../../oauth/client-store.ts'
import type { OAuthClient } from '../../oauth/oauth-client.ts'
import { clientColumns, clientOf, type ClientRow, clientSettings, clientValues } from '../sqlite/oauth-row.ts'
import type { Database } from './database.ts'
import type { Appender, LogWriter } from './log-writer.ts'
import { closeGate } from './oauth-ending.ts'
import { insertInto, statement } from './statement.ts'

const insert = statement('insert client', insertInto('oauth_client', clientColumns))
// One statement: an invitation is used by whoever is registered with it, and by nobody else.
const register = statement(
  'register client',
  `
  WITH used AS (
    UPDATE countersign.client_invitation SET uses_left = uses_left - 1 WHERE id = $9 AND uses_left > 0 AND expires_at > $10 RETURNING 1
  )
  INSERT INTO countersign.oauth_client (${clientColumns.join(', ')})
  SELECT $1::text, $2::text, $3::text, $4::text, $5::bigint, $6::bigint, $7::bigint, $8::integer FROM used`,
)
const update = statement(
  'update client',
  'UPDATE countersign.oauth_client SET settings = $3, version = version + 1 WHERE id = $1 AND version = $2',
)
const find = statement<ClientRow>('find client', 'SELECT * FROM countersign.oauth_client WHERE id = $1')
const findSeen = statement<ClientRow & { readonly rev: Position }>(
  'find seen client',
  'SELECT c.*, h.position AS rev FROM countersign.oauth_client c, countersign.log_head h WHERE c.id = $1',
)
const list = statement<ClientRow>('list clients', 'SELECT * FROM countersign.oauth_client ORDER BY created_at, id')
const rotate = statement(
  'rotate client secret',
  `UPDATE countersign.oauth_client SET former_secret_hash = secret_hash, former_until = $2, secret_hash = $3
    WHERE id = $1 AND secret_hash IS NOT NULL`,
)
const enable = statement('enable client', 'UPDATE countersign.oauth_client SET disabled_at = NULL WHERE id = $1')
const disable = statement('disable client', 'UPDATE countersign.oauth_client SET disabled_at = coalesce(disabled_at, $2) WHERE id = $1')
const dropGrants = statement('drop grants of client', 'DELETE FROM countersign.oauth_grant WHERE client_id = $1')
const remove = statement('remove client', 'DELETE FROM countersign.oauth_client WHERE id = $1')

/** When a commit's outcome is unknown (`unavailable`): all of it may be repeated but `add`, `register` and `rotateSecret`, whose secret nobody has seen. */
export class PostgresOAuthClientStore implements OAuthClientStore {
  readonly #database: Database
  readonly #log: LogWriter

  constructor(database: Database, log: LogWriter) {
    this.#database = database
    this.#log = log
  }

  async add(client: OAuthClient): Promise<void> {
    await this.#database.change(insert, ...clientValues(client))
  }

  async register(client: OAuthClient, invitation: string, at: EpochMs): Promise<boolean> {
    return (await this.#database.change(register, ...clientValues(client), invitation, at)) === 1
  }

  update({ client, narrows, at }: ClientUpdate): Promise<boolean> {
    const values = [client.id, client.version, clientSettings(client)] as const
    if (!narrows) return this.#database.change(update, ...values).then((changed) => changed === 1)
    return this.#log.appending(async (unit, log) => {
      if ((await unit.change(update, ...values)) === 0) return false
      await cutOff(log, client.id, at, 'soft')
      return true
    })
  }

  async find(id: string): Promise<OAuthClient | undefined> {
    const [row] = await this.#database.ask(find, id)
    return row === undefined ? undefined : clientOf(row)
  }

  async findSeen(id: string): Promise<SeenClient | undefined> {
    const [row] = await this.#database.ask(findSeen, id)
    return row === undefined ? undefined : { client: clientOf(row), rev: row.rev }
  }

  async list(): Promise<readonly OAuthClient[]> {
    return (await this.#database.ask(list)).map(clientOf)
  }

  async rotateSecret({ id, secretHash, formerUntil }: SecretRotation): Promise<boolean> {
    return (await this.#database.change(rotate, id, formerUntil, secretHash)) === 1
  }

  async setDisabled(id: string, isDisabled: boolean, at: EpochMs): Promise<boolean> {
    if (!isDisabled) return (await this.#database.change(enable, id)) === 1
    return this.#log.appending(async (unit, log) => {
      const [, changed] = await Promise.all([unit.change(closeGate), unit.change(disable, id, at)])
      if (changed === 0) return false
      await cutOff(log, id, at)
      return true
    })
  }

  remove(id: string, at: EpochMs): Promise<boolean> {
    return this.#log.appending(async (unit, log) => {
      const [, changed] = await Promise.all([unit.change(closeGate), unit.change(remove, id)])
      if (changed === 0) return false
      await unit.change(dropGrants, id)
      await cutOff(log, id, at)
      return true
    })
  }
}

const cutOff = (log: Appender, id: string, at: EpochMs, mode: 'soft' | 'hard' = 'hard') =>
  log.append({ kind: 'cutoff', target: { kind: 'client', id }, mode, at })
