import type { EpochMs } from 'countersign/core'
import { aside } from '../../audit/index.ts'
import type { FactorAddition } from '../../account/factor/factor-store.ts'
import type { Passkey, PasskeyEnrolment, PasskeyStore, PasskeyUse } from '../../account/passkey/passkey-store.ts'
import { causeOfPasskey } from '../append.ts'
import type { Database } from './database.ts'
import type { FactorChange } from './factor-change.ts'
import { parseList } from './list.ts'
import { type PasskeyRow, passkeyOf, passkeyValues } from './passkey-row.ts'
import type { Statement } from './statement.ts'

export class SqlitePasskeyStore implements PasskeyStore {
  readonly #database: Database
  readonly #change: FactorChange
  readonly #enrol: Statement
  readonly #findByCredential: Statement<PasskeyRow>
  readonly #list: Statement<PasskeyRow>
  readonly #rename: Statement<PasskeyRow>
  readonly #use: Statement
  readonly #remove: Statement<Pick<PasskeyRow, 'transports'>>

  constructor(database: Database, change: FactorChange) {
    this.#database = database
    this.#change = change
    this.#enrol = database.statement(`
      INSERT INTO passkey (user_id, id, credential, public_key, counter, transports, synced, backed_up, name, created_at)
      SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM user WHERE id = ?1 AND (SELECT count(*) FROM passkey WHERE user_id = ?1) < ?11
      ON CONFLICT (credential) DO NOTHING`)
    this.#findByCredential = database.statement('SELECT * FROM passkey WHERE credential = ?')
    this.#list = database.statement('SELECT * FROM passkey WHERE user_id = ? ORDER BY created_at, id')
    this.#rename = database.statement('UPDATE passkey SET name = ? WHERE user_id = ? AND id = ? RETURNING *')
    this.#use = database.statement(`
      UPDATE passkey SET counter = ?2, backed_up = ?3, last_used_at = ?4
      WHERE id = ?1 AND (counter < ?2 OR (counter = 0 AND ?2 = 0))`)
    this.#remove = database.statement('DELETE FROM passkey WHERE user_id = ? AND id = ? RETURNING transports')
  }

  enrol({ passkey, maximum, recovery }: PasskeyEnrolment): Promise<FactorAddition> {
    const { user, createdAt } = passkey
    return this.#database.write(() => {
      if (this.#enrol.run(...passkeyValues(passkey), maximum) === 0) return 'refused'
      this.#change.note(user, causeOfPasskey(passkey, 'create'), createdAt)
      return this.#change.keepRecovery(user, recovery)
    })
  }

  findByCredential(credential: string): Promise<Passkey | undefined> {
    return this.#database.read(() => {
      const row = this.#findByCredential.get(credential)
      return row === undefined ? undefined : passkeyOf(row)
    })
  }

  list(user: string): Promise<readonly Passkey[]> {
    return this.#database.read(() => this.#list.all(user).map(passkeyOf))
  }

  rename(user: string, id: string, name: string): Promise<Passkey | undefined> {
    return this.#database.write(() => {
      const row = this.#rename.get(name, user, id)
      return row === undefined ? undefined : passkeyOf(row)
    })
  }

  use({ id, counter, backedUp, at }: PasskeyUse): Promise<boolean> {
    return aside(() => this.#database.write(() => this.#use.run(id, counter, Number(backedUp), at) === 1))
  }

  remove(user: string, id: string, at: EpochMs): Promise<boolean> {
    return this.#database.write(() => {
      const removed = this.#remove.get(user, id)
      if (removed === undefined) return false
      this.#change.dropRecoveryOfNone(user)
      this.#change.note(user, causeOfPasskey({ transports: parseList(removed.transports) }, 'delete'), at)
      return true
    })
  }
}
