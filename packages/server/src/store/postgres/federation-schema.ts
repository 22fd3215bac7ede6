/** As on SQLite. */
export const federationTables = `
      CREATE TABLE countersign.federated_identity (
        id text COLLATE "C" PRIMARY KEY,
        issuer text COLLATE "C" NOT NULL,
        subject text COLLATE "C" NOT NULL,
        user_id text COLLATE "C" NOT NULL REFERENCES countersign.user_account (id),
        email text,
        linked_at bigint NOT NULL,
        last_used_at bigint,
        UNIQUE (issuer, subject)
      );
      CREATE INDEX federated_identity_by_user ON countersign.federated_identity (user_id);

      CREATE TABLE countersign.upstream_session (
        session_id text COLLATE "C" PRIMARY KEY REFERENCES countersign.session (id) ON DELETE CASCADE,
        issuer text COLLATE "C" NOT NULL,
        subject text COLLATE "C" NOT NULL,
        sid text COLLATE "C"
      );
      CREATE INDEX upstream_session_by_subject ON countersign.upstream_session (issuer, subject);
      CREATE INDEX upstream_session_by_sid ON countersign.upstream_session (issuer, sid) WHERE sid IS NOT NULL;
    `
