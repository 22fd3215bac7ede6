import type { Migration } from '../sqlite/schema.ts'

// Without rows: it is there to be locked. Whoever hands something out to a client reads it, and whoever ends a client locks it against that.
export const gateMigration: Migration = {
  version: 22,
  name: 'a gate before what clients are handed',
  sql: 'CREATE TABLE countersign.artifact_gate ();',
}
