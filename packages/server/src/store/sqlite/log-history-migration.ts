import type { Migration } from './schema.ts'

/**
 * Who stands behind an entry, and what operators look for. What is counted is counted by positions, which have no gap but where an epoch begins: no index
 * has to be walked for it.
 */
export const logHistoryMigration: Migration = {
  version: 25,
  name: 'the log and the sessions, as operators look at them',
  sql: `
    ALTER TABLE log_entry ADD COLUMN deed TEXT;
    CREATE INDEX log_entry_by_time ON log_entry (at, position);
    CREATE INDEX log_entry_by_kind ON log_entry (target_kind, position);
    CREATE INDEX log_entry_by_target ON log_entry (target_id, position);
    CREATE INDEX log_entry_of_epoch ON log_entry (position) WHERE kind = 'epoch';
    CREATE INDEX session_by_creation ON session (created_at, id);
  `,
}
