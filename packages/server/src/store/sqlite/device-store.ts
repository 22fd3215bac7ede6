import type { EpochMs } from 'countersign/core'
import type { DeviceStore } from '../../session/device-store.ts'
import type { Database } from './database.ts'
import { formatList } from './list.ts'
import type { Statement } from './statement.ts'

export class SqliteDeviceStore implements DeviceStore {
  readonly #database: Database
  readonly #find: Statement<{ readonly noted: number; readonly matching: number }>
  readonly #note: Statement
  readonly #trim: Statement

  constructor(database: Database) {
    this.#database = database
    this.#find = database.statement(`
      SELECT count(*) AS noted, count(*) FILTER (WHERE fingerprint IN (SELECT value FROM json_each(?2))) AS matching
      FROM known_device WHERE user_id = ?1`)
    this.#note = database.statement(`
      INSERT INTO known_device (user_id, fingerprint, seen_at) SELECT id, ?2, ?3 FROM user WHERE id = ?1
      ON CONFLICT (user_id, fingerprint) DO UPDATE SET seen_at = excluded.seen_at`)
    this.#trim = database.statement(`
      DELETE FROM known_device WHERE user_id = ?1 AND fingerprint NOT IN (
        SELECT fingerprint FROM known_device WHERE user_id = ?1 ORDER BY seen_at DESC, fingerprint DESC LIMIT ?2
      )`)
  }

  find(user: string, fingerprints: readonly string[]): Promise<'known' | 'unknown' | 'none'> {
    return this.#database.read(() => {
      const { noted = 0, matching = 0 } = this.#find.get(user, formatList(fingerprints)) ?? {}
      if (noted === 0) return 'none'
      return matching > 0 ? 'known' : 'unknown'
    })
  }

  note(user: string, fingerprint: string, at: EpochMs, kept: number): Promise<void> {
    return this.#database.write(() => {
      this.#note.run(user, fingerprint, at)
      this.#trim.run(user, kept)
    })
  }
}
