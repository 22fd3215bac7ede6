import type { Migration } from './schema.ts'

/** What is looked for is read out of the body by the database itself: a column of its own could say something else than what is chained. */
export const auditMigration: Migration = {
  version: 21,
  name: 'who has done what',
  sql: `
    CREATE TABLE audit_head (
      only INTEGER PRIMARY KEY CHECK (only = 1),
      position INTEGER NOT NULL,
      hash TEXT NOT NULL,
      seal TEXT NOT NULL,
      base_position INTEGER NOT NULL,
      base_hash TEXT NOT NULL,
      base_seal TEXT NOT NULL
    ) STRICT;
    INSERT INTO audit_head VALUES (1, 0, '', '', 0, '', '');

    CREATE TABLE audit_record (
      position INTEGER PRIMARY KEY,
      body TEXT NOT NULL,
      hash TEXT NOT NULL,
      seal TEXT NOT NULL,
      at INTEGER GENERATED ALWAYS AS (json_extract(body, '$.at')) VIRTUAL,
      operation TEXT GENERATED ALWAYS AS (json_extract(body, '$.operation')) VIRTUAL,
      actor TEXT GENERATED ALWAYS AS (coalesce(json_extract(body, '$.actor.id'), json_extract(body, '$.actor.kind'))) VIRTUAL,
      target TEXT GENERATED ALWAYS AS (json_extract(body, '$.target.id')) VIRTUAL,
      outcome TEXT GENERATED ALWAYS AS (json_extract(body, '$.outcome')) VIRTUAL
    ) STRICT;
    CREATE INDEX audit_record_by_time ON audit_record (at, position);
    CREATE INDEX audit_record_by_actor ON audit_record (actor, position);
    CREATE INDEX audit_record_by_target ON audit_record (target, position);
    CREATE INDEX audit_record_by_operation ON audit_record (operation, position);
    CREATE INDEX audit_record_by_outcome ON audit_record (outcome, position);
  `,
}
