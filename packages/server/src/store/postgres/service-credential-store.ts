import type { EpochMs } from 'countersign/core'
import type { ServiceCredential, ServiceCredentialStore } from '../../credential/service-credential-store.ts'
import { credentialOf, type ServiceCredentialRow } from '../sqlite/service-credential-row.ts'
import { endCallerKeysOfService } from './caller-key-ending.ts'
import type { Database } from './database.ts'
import type { LogWriter } from './log-writer.ts'
import { insertInto, statement } from './statement.ts'
import { endTrustRulesOfService } from './trust-rule-store.ts'

const insert = statement('insert credential', insertInto('service_credential', ['id', 'name', 'secret_hash', 'created_at']))
const find = statement<ServiceCredentialRow>('find credential', 'SELECT * FROM countersign.service_credential WHERE id = $1')
const list = statement<ServiceCredentialRow>('list credentials', 'SELECT * FROM countersign.service_credential ORDER BY created_at, id')
// Whoever makes something that ends with a service shares its row. Of a row that is shared others may take a share at any time, before who waits to
// remove it; locks on tables are given in the order of asking. Reading goes on, a backup too.
const holdServices = statement('hold credentials', 'LOCK TABLE countersign.service_credential IN EXCLUSIVE MODE')
const remove = statement('remove credential', 'DELETE FROM countersign.service_credential WHERE id = $1')

/**
 * When a commit's outcome is unknown (`unavailable`): `add` may leave a credential whose secret nobody has seen; a repeated `remove`
 * finds nothing.
 */
export class PostgresServiceCredentialStore implements ServiceCredentialStore {
  readonly #database: Database
  readonly #log: LogWriter

  constructor(database: Database, log: LogWriter) {
    this.#database = database
    this.#log = log
  }

  async add({ id, name, secretHash, createdAt }: ServiceCredential): Promise<void> {
    await this.#database.change(insert, id, name, secretHash, createdAt)
  }

  async find(id: string): Promise<ServiceCredential | undefined> {
    const [row] = await this.#database.ask(find, id)
    return row === undefined ? undefined : credentialOf(row)
  }

  async list(): Promise<readonly ServiceCredential[]> {
    return (await this.#database.ask(list)).map(credentialOf)
  }

  remove(id: string, at: EpochMs): Promise<boolean> {
    return this.#log.appending(async (unit, log) => {
      const [, removed] = await Promise.all([unit.change(holdServices), unit.change(remove, id)])
      if (removed === 0) return false
      await endCallerKeysOfService(unit, log, id, at)
      await endTrustRulesOfService(unit, log, id, at)
      await log.append({ kind: 'credential', target: { kind: 'key', id }, mode: 'hard', at })
      return true
    })
  }
}
