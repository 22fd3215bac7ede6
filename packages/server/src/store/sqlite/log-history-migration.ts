import type { Migration } from './schema.ts'

/**
 * Who stands behind an entry. Every revocation writes one, and few are ever looked for: an index by time, kind or target made it nearly twice as dear
 * and as large. So a moment is found by halving, what is counted is counted by positions, which have no gap but where an epoch begins, and what is
 * looked for by walking.
 */
export const logHistoryMigration: Migration = {
  version: 25,
  name: 'the log and the sessions, as operators look at them',
  sql: `
    ALTER TABLE log_entry ADD COLUMN deed TEXT;
    CREATE INDEX log_entry_of_epoch ON log_entry (position) WHERE kind = 'epoch';
    CREATE INDEX session_by_creation ON session (created_at, id);
  `,
}
