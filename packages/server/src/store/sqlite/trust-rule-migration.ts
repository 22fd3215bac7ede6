import type { Migration } from './schema.ts'

export const trustRuleMigration: Migration = {
  version: 20,
  name: 'whose tokens are taken for which service',
  sql: `
    CREATE TABLE trust_rule (
      id TEXT PRIMARY KEY,
      issuer TEXT NOT NULL,
      service_id TEXT NOT NULL,
      settings TEXT NOT NULL,
      created_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX trust_rule_by_issuer ON trust_rule (issuer);
    CREATE INDEX trust_rule_by_service ON trust_rule (service_id);
  `,
}
