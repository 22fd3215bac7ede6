import { DatabaseSync } from 'node:sqlite'

/**
 * Does the database file hang together? Reads it beside whoever is writing to it, and changes nothing.
 *
 * Does not check the hash chain of the log: opening the store does.
 *
 * @returns SQLite's own findings; empty when there are none.
 * @throws {Error} when the file cannot be read at all.
 */
export function checkDatabase(path: string): readonly string[] {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 2_000 })
  try {
    const rows = database.prepare('PRAGMA quick_check').all()
    return rows.map((row) => String(row['quick_check'])).filter((finding) => finding !== 'ok')
  } finally {
    database.close()
  }
}
