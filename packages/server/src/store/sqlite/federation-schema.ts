/** Who is known by another provider, and which sessions rest upon one of its own. */
export const federationTables = `
      CREATE TABLE federated_identity (
        id TEXT PRIMARY KEY,
        issuer TEXT NOT NULL,
        subject TEXT NOT NULL,
        user_id TEXT NOT NULL REFERENCES user (id),
        email TEXT,
        linked_at INTEGER NOT NULL,
        last_used_at INTEGER,
        UNIQUE (issuer, subject)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX federated_identity_by_user ON federated_identity (user_id);

      CREATE TABLE upstream_session (
        session_id TEXT PRIMARY KEY REFERENCES session (id) ON DELETE CASCADE,
        issuer TEXT NOT NULL,
        subject TEXT NOT NULL,
        sid TEXT
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX upstream_session_by_subject ON upstream_session (issuer, subject);
      CREATE INDEX upstream_session_by_sid ON upstream_session (issuer, sid) WHERE sid IS NOT NULL;
    `
