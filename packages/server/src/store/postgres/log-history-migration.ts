import type { Migration } from '../sqlite/schema.ts'

/** As on SQLite. */
export const logHistoryMigration: Migration = {
  version: 25,
  name: 'the log and the sessions, as operators look at them',
  sql: `
    ALTER TABLE countersign.log_entry ADD COLUMN deed text;
    CREATE INDEX log_entry_of_epoch ON countersign.log_entry (position) WHERE kind = 'epoch';
    CREATE INDEX session_by_creation ON countersign.session (created_at, id);
  `,
}
