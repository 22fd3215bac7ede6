import type { EpochMs } from 'countersign/core'
import type { ServiceCredential, ServiceCredentialStore } from '../../credential/service-credential-store.ts'
import type { CallerKeyEnding } from './caller-key-ending.ts'
import type { Database } from './database.ts'
import type { LogWriter } from './log-writer.ts'
import { credentialOf, type ServiceCredentialRow } from './service-credential-row.ts'
import type { Statement } from './statement.ts'

export class SqliteServiceCredentialStore implements ServiceCredentialStore {
  readonly #database: Database
  readonly #log: LogWriter
  readonly #ending: CallerKeyEnding
  readonly #insert: Statement
  readonly #find: Statement<ServiceCredentialRow>
  readonly #list: Statement<ServiceCredentialRow>
  readonly #remove: Statement
  readonly #removeRules: Statement<{ readonly id: string }>

  constructor(database: Database, log: LogWriter, ending: CallerKeyEnding) {
    this.#database = database
    this.#log = log
    this.#ending = ending
    this.#insert = database.statement('INSERT INTO service_credential VALUES (?, ?, ?, ?)')
    this.#find = database.statement('SELECT * FROM service_credential WHERE id = ?')
    this.#list = database.statement('SELECT * FROM service_credential ORDER BY created_at, id')
    this.#remove = database.statement('DELETE FROM service_credential WHERE id = ?')
    this.#removeRules = database.statement('DELETE FROM trust_rule WHERE service_id = ? RETURNING id')
  }

  async add({ id, name, secretHash, createdAt }: ServiceCredential): Promise<void> {
    await this.#database.write(() => this.#insert.run(id, name, secretHash, createdAt))
  }

  find(id: string): Promise<ServiceCredential | undefined> {
    return this.#database.read(() => {
      const row = this.#find.get(id)
      return row === undefined ? undefined : credentialOf(row)
    })
  }

  list(): Promise<readonly ServiceCredential[]> {
    return this.#database.read(() => this.#list.all().map(credentialOf))
  }

  remove(id: string, at: EpochMs): Promise<boolean> {
    return this.#database.write(() => {
      if (this.#remove.run(id) === 0) return false
      this.#ending.endServices(id, at)
      for (const rule of this.#removeRules.all(id)) {
        this.#log.append({ kind: 'cutoff', target: { kind: 'client', id: rule.id }, mode: 'hard', at })
      }
      this.#log.append({ kind: 'credential', target: { kind: 'key', id }, mode: 'hard', at })
      return true
    })
  }
}
