import type { Migration } from '../sqlite/schema.ts'

export const trustRuleMigration: Migration = {
  version: 20,
  name: 'whose tokens are taken for which service',
  sql: `
    CREATE TABLE countersign.trust_rule (
      id text COLLATE "C" PRIMARY KEY,
      issuer text COLLATE "C" NOT NULL,
      service_id text COLLATE "C" NOT NULL,
      settings text NOT NULL,
      created_at bigint NOT NULL
    );
    CREATE INDEX trust_rule_by_issuer ON countersign.trust_rule (issuer);
    CREATE INDEX trust_rule_by_service ON countersign.trust_rule (service_id);
  `,
}
