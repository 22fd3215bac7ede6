import type { Migration } from '../sqlite/schema.ts'

// Not logged: it comes again within seconds, and must not take a place among the writes of what has to last.
export const verifierReportMigration: Migration = {
  version: 24,
  name: 'what servers have heard of verifiers',
  sql: `
    CREATE UNLOGGED TABLE countersign.verifier_report (
      service_id text COLLATE "C" NOT NULL,
      instance text COLLATE "C" NOT NULL,
      name text,
      feed text NOT NULL,
      state text NOT NULL,
      position bigint NOT NULL,
      age_ms bigint,
      every_ms bigint NOT NULL,
      received_at bigint NOT NULL,
      PRIMARY KEY (service_id, instance)
    ) WITH (fillfactor = 70);

    CREATE UNLOGGED TABLE countersign.verifier_propagation (
      position bigint NOT NULL,
      server text COLLATE "C" NOT NULL,
      at bigint NOT NULL,
      verifiers bigint NOT NULL,
      slowest_ms double precision NOT NULL,
      buckets text NOT NULL,
      PRIMARY KEY (position, server)
    ) WITH (fillfactor = 70);
  `,
}
