import type { EpochMs } from 'countersign/core'
import { aside } from '../../audit/index.ts'
import type { FactorAddition } from '../../account/factor/factor-store.ts'
import type { Passkey, PasskeyEnrolment, PasskeyStore, PasskeyUse } from '../../account/passkey/passkey-store.ts'
import { causeOfPasskey } from '../append.ts'
import { parseList } from '../sqlite/list.ts'
import { type PasskeyRow, passkeyOf, passkeyValues } from '../sqlite/passkey-row.ts'
import type { Database } from './database.ts'
import { dropRecoveryOfNone, keepRecovery, noteChange } from './factor-change.ts'
import type { LogWriter } from './log-writer.ts'
import { statement } from './statement.ts'

// Whoever enrols holds the head of the log, so that nobody else does between the count and the row.
const enrol = statement(
  'enrol passkey',
  `
  INSERT INTO countersign.passkey (user_id, id, credential, public_key, counter, transports, synced, backed_up, name, created_at)
  SELECT id, $2, $3, $4, $5, $6, $7, $8, $9, $10 FROM countersign.user_account
  WHERE id = $1 AND (SELECT count(*) FROM countersign.passkey WHERE user_id = $1) < $11
  ON CONFLICT (credential) DO NOTHING`,
)
const findByCredential = statement<PasskeyRow>('find passkey', 'SELECT * FROM countersign.passkey WHERE credential = $1')
const list = statement<PasskeyRow>('list passkeys', 'SELECT * FROM countersign.passkey WHERE user_id = $1 ORDER BY created_at, id')
const rename = statement<PasskeyRow>(
  'rename passkey',
  'UPDATE countersign.passkey SET name = $1 WHERE user_id = $2 AND id = $3 RETURNING *',
)
const use = statement(
  'use passkey',
  `
  UPDATE countersign.passkey SET counter = $2, backed_up = $3, last_used_at = $4
  WHERE id = $1 AND (counter < $2 OR (counter = 0 AND $2 = 0))`,
)
const remove = statement<Pick<PasskeyRow, 'transports'>>(
  'remove passkey',
  'DELETE FROM countersign.passkey WHERE user_id = $1 AND id = $2 RETURNING transports',
)

/** When a commit's outcome is unknown (`unavailable`): a repeated `enrol` is refused, as the credential is known; a repeated `remove` finds nothing. */
export class PostgresPasskeyStore implements PasskeyStore {
  readonly #database: Database
  readonly #log: LogWriter

  constructor(database: Database, log: LogWriter) {
    this.#database = database
    this.#log = log
  }

  enrol({ passkey, maximum, recovery }: PasskeyEnrolment): Promise<FactorAddition> {
    const { user, createdAt } = passkey
    return this.#log.appending(async (unit, log) => {
      if ((await unit.change(enrol, ...passkeyValues(passkey), maximum)) === 0) return 'refused'
      await noteChange({ unit, log }, user, causeOfPasskey(passkey, 'create'), createdAt)
      return keepRecovery(unit, user, recovery)
    })
  }

  async findByCredential(credential: string): Promise<Passkey | undefined> {
    const [row] = await this.#database.ask(findByCredential, credential)
    return row === undefined ? undefined : passkeyOf(row)
  }

  async list(user: string): Promise<readonly Passkey[]> {
    return (await this.#database.ask(list, user)).map(passkeyOf)
  }

  async rename(user: string, id: string, name: string): Promise<Passkey | undefined> {
    const [row] = await this.#database.ask(rename, name, user, id)
    return row === undefined ? undefined : passkeyOf(row)
  }

  async use({ id, counter, backedUp, at }: PasskeyUse): Promise<boolean> {
    return (await aside(() => this.#database.change(use, id, counter, Number(backedUp), at))) === 1
  }

  remove(user: string, id: string, at: EpochMs): Promise<boolean> {
    return this.#log.appending(async (unit, log) => {
      const [removed] = await unit.ask(remove, user, id)
      if (removed === undefined) return false
      await dropRecoveryOfNone(unit, user)
      await noteChange({ unit, log }, user, causeOfPasskey({ transports: parseList(removed.transports) }, 'delete'), at)
      return true
    })
  }
}
