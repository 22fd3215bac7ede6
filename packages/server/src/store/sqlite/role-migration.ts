import type { Migration } from './schema.ts'

export const roleMigration: Migration = {
  version: 19,
  name: 'what roles bring',
  sql: `
    CREATE TABLE stored_role (
      name TEXT PRIMARY KEY,
      scope TEXT NOT NULL,
      changed_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE reserved_scope (
      scope TEXT PRIMARY KEY
    ) STRICT, WITHOUT ROWID;
  `,
}
