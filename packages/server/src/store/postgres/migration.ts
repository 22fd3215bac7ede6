import type { EpochMs } from 'countersign/core'
import { Client } from 'pg'
import type { Migration } from '../sqlite/schema.ts'
import { clientConfig, type Patience } from './connection.ts'

/** Names our lock among the advisory locks of the database: the first eight bytes of SHA-256 of "countersign migration", signed. */
const LOCK = '7989914578666600328'

const ground = `
  CREATE SCHEMA IF NOT EXISTS countersign;
  CREATE TABLE IF NOT EXISTS countersign.schema_migration (
    version integer PRIMARY KEY,
    name text NOT NULL,
    applied_at bigint NOT NULL
  )`

/**
 * Brings the schema forward, in one transaction, so that a crash leaves it done or not begun. Of several servers that start at
 * once one does it, the others wait for it. A database that is up to date is only read: no right to create is needed then.
 *
 * @throws {Error} when a newer version of the product has written the database: going back could lose what it stored.
 */
export async function migrate(url: string, patience: Patience, migrations: readonly Migration[], now: EpochMs): Promise<void> {
  // A migration may take long, and waits for the one before it: no limit but the operator's own.
  const { query_timeout: _, ...config } = clientConfig(url, patience)
  const client = new Client(config)
  client.on('error', () => undefined)
  await client.connect()
  try {
    if ((await pending(client, migrations)).length === 0) return
    await client.query('BEGIN')
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK])
    await client.query(ground)
    for (const { version, name, sql } of await pending(client, migrations)) {
      await client.query(sql)
      await client.query('INSERT INTO countersign.schema_migration VALUES ($1, $2, $3)', [version, name, now])
    }
    await client.query('COMMIT')
  } finally {
    await client.end()
  }
}

async function pending(client: Client, migrations: readonly Migration[]): Promise<readonly Migration[]> {
  const version = await schemaVersion(client)
  const newest = migrations.at(-1)?.version ?? 0
  if (version > newest) {
    throw new Error(
      `The database has schema ${version}, made by a newer version of Countersign; this one knows ${newest}. Run the newer version.`,
    )
  }
  return migrations.filter((migration) => migration.version > version)
}

async function schemaVersion(client: Client): Promise<number> {
  const table = await client.query(`SELECT to_regclass('countersign.schema_migration') IS NOT NULL AS exists`)
  if (table.rows[0]?.exists !== true) return 0
  const { rows } = await client.query('SELECT coalesce(max(version), 0) AS version FROM countersign.schema_migration')
  return Number(rows[0]?.version)
}
