import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { migrate } from './migration.ts'
import { migrations } from './schema.ts'

test('[H03] recovery codes that were made before there were passkeys stay good, those of apps in use', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-migration-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const connection = new DatabaseSync(join(folder, 'a.db'))
  const before = migrations.filter(({ version }) => version < 8)
  migrate(connection, before, 1)
  connection.exec('PRAGMA foreign_keys = OFF')
  connection.exec(`
    INSERT INTO totp_factor VALUES ('usr_a', 'fac_a', x'01', 1, 2), ('usr_b', 'fac_b', x'01', 1, NULL);
    INSERT INTO recovery_code VALUES ('fac_a', 'hash-1')`)
  migrate(connection, migrations, 3)
  assert.deepEqual(
    connection
      .prepare('SELECT user_id, id FROM recovery_set')
      .all()
      .map((row) => ({ ...row })),
    [{ user_id: 'usr_a', id: 'fac_a' }],
  )
  connection.close()
})
