import type { EpochMs } from 'countersign/core'
import type { DeviceStore } from '../../session/device-store.ts'
import type { Database } from './database.ts'
import { statement } from './statement.ts'

const find = statement<{ readonly noted: number; readonly matching: number }>(
  'find device',
  `
  SELECT count(*) AS noted, count(*) FILTER (WHERE fingerprint = ANY ($2::text[])) AS matching
  FROM countersign.known_device WHERE user_id = $1`,
)
const note = statement(
  'note device',
  `
  INSERT INTO countersign.known_device (user_id, fingerprint, seen_at) SELECT id, $2, $3 FROM countersign.user_account WHERE id = $1
  ON CONFLICT (user_id, fingerprint) DO UPDATE SET seen_at = excluded.seen_at`,
)
const trim = statement(
  'trim devices',
  `
  DELETE FROM countersign.known_device WHERE user_id = $1 AND fingerprint NOT IN (
    SELECT fingerprint FROM countersign.known_device WHERE user_id = $1 ORDER BY seen_at DESC, fingerprint DESC LIMIT $2
  )`,
)

/** Each can be repeated when a commit's outcome is unknown (`unavailable`). */
export class PostgresDeviceStore implements DeviceStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async find(user: string, fingerprints: readonly string[]): Promise<'known' | 'unknown' | 'none'> {
    const [row] = await this.#database.ask(find, user, fingerprints)
    if (row === undefined || row.noted === 0) return 'none'
    return row.matching > 0 ? 'known' : 'unknown'
  }

  async note(user: string, fingerprint: string, at: EpochMs, kept: number): Promise<void> {
    await this.#database.change(note, user, fingerprint, at)
    await this.#database.change(trim, user, kept)
  }
}
