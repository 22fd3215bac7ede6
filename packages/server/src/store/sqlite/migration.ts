import type { DatabaseSync } from 'node:sqlite'
import type { EpochMs } from 'countersign/core'
import type { Migration } from './schema.ts'

const table = `
  CREATE TABLE IF NOT EXISTS schema_migration (
    version INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    applied_at INTEGER NOT NULL
  ) STRICT`

/**
 * Brings the schema forward in one transaction: a crash leaves it as it was, and a new database is written to the disk once.
 *
 * @throws {Error} when a newer version of the product has written the database: going back could lose what it stored.
 */
export function migrate(connection: DatabaseSync, migrations: readonly Migration[], now: EpochMs): void {
  connection.exec(table)
  const version = schemaVersion(connection)
  const newest = migrations.at(-1)?.version ?? 0
  if (version > newest) {
    throw new Error(
      `The database has schema ${version}, made by a newer version of Countersign; this one knows ${newest}. Run the newer version.`,
    )
  }
  const missing = migrations.filter((migration) => migration.version > version)
  if (missing.length > 0) applyAll(connection, missing, now)
}

function schemaVersion(connection: DatabaseSync): number {
  const row = connection.prepare('SELECT coalesce(max(version), 0) AS version FROM schema_migration').get()
  return Number(row?.['version'])
}

function applyAll(connection: DatabaseSync, migrations: readonly Migration[], now: EpochMs): void {
  connection.exec('BEGIN IMMEDIATE')
  try {
    const note = connection.prepare('INSERT INTO schema_migration VALUES (?, ?, ?)')
    for (const { version, name, sql } of migrations) {
      connection.exec(sql)
      note.run(version, name, now)
    }
    connection.exec('COMMIT')
  } catch (error) {
    if (connection.isTransaction) connection.exec('ROLLBACK')
    throw error
  }
}
