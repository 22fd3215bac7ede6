import type { Migration } from '../sqlite/schema.ts'

export const roleMigration: Migration = {
  version: 19,
  name: 'what roles bring',
  sql: `
    CREATE TABLE countersign.stored_role (
      name text COLLATE "C" PRIMARY KEY,
      scope text NOT NULL,
      changed_at bigint NOT NULL
    );

    CREATE TABLE countersign.reserved_scope (
      scope text COLLATE "C" PRIMARY KEY
    );
  `,
}
