import type { Migration } from '../sqlite/schema.ts'

/** Which of the drafts have their places: one that is left a second time gets no other. Read out of what is chained, as all else. */
export const auditDraftMigration: Migration = {
  version: 23,
  name: 'which draft a record was',
  sql: `
    ALTER TABLE countersign.audit_record ADD COLUMN draft text COLLATE "C" GENERATED ALWAYS AS (body::json ->> 'draft') STORED;
    CREATE INDEX audit_record_by_draft ON countersign.audit_record (draft) WHERE draft IS NOT NULL;
  `,
}

/** As on SQLite; and what transactions have left without a place, so that none of them waits for the end of the chain. */
export const auditMigration: Migration = {
  version: 21,
  name: 'who has done what',
  sql: `
    CREATE TABLE countersign.audit_head (
      only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
      position bigint NOT NULL,
      hash text NOT NULL,
      seal text NOT NULL,
      base_position bigint NOT NULL,
      base_hash text NOT NULL,
      base_seal text NOT NULL
    );
    INSERT INTO countersign.audit_head VALUES (true, 0, '', '', 0, '', '');

    CREATE TABLE countersign.audit_draft (
      id text COLLATE "C" PRIMARY KEY,
      body text NOT NULL,
      seal text NOT NULL,
      left_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );

    CREATE TABLE countersign.audit_record (
      position bigint PRIMARY KEY,
      body text NOT NULL,
      hash text NOT NULL,
      seal text NOT NULL,
      at bigint GENERATED ALWAYS AS ((body::json ->> 'at')::bigint) STORED,
      operation text COLLATE "C" GENERATED ALWAYS AS (body::json ->> 'operation') STORED,
      actor text COLLATE "C" GENERATED ALWAYS AS (coalesce(body::json #>> '{actor,id}', body::json #>> '{actor,kind}')) STORED,
      target text COLLATE "C" GENERATED ALWAYS AS (body::json #>> '{target,id}') STORED,
      outcome text COLLATE "C" GENERATED ALWAYS AS (body::json ->> 'outcome') STORED
    );
    CREATE INDEX audit_record_by_time ON countersign.audit_record (at, position);
    CREATE INDEX audit_record_by_actor ON countersign.audit_record (actor, position);
    CREATE INDEX audit_record_by_target ON countersign.audit_record (target, position);
    CREATE INDEX audit_record_by_operation ON countersign.audit_record (operation, position);
    CREATE INDEX audit_record_by_outcome ON countersign.audit_record (outcome, position);
  `,
}
