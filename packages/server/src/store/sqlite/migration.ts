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
 * Brings the schema forward, each step in a transaction of its own, so that a crash leaves the step done or not begun.
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
  for (const migration of migrations) {
    if (migration.version > version) apply(connection, migration, now)
  }
}

function schemaVersion(connection: DatabaseSync): number {
  const row = connection.prepare('SELECT coalesce(max(version), 0) AS version FROM schema_migration').get()
  return Number(row?.['version'])
}

function apply(connection: DatabaseSync, { version, name, sql }: Migration, now: EpochMs): void {
  connection.exec('BEGIN IMMEDIATE')
  try {
    connection.exec(sql)
    connection.prepare('INSERT INTO schema_migration VALUES (?, ?, ?)').run(version, name, now)
    connection.exec('COMMIT')
  } catch (error) {
    if (connection.isTransaction) connection.exec('ROLLBACK')
    throw error
  }
}
