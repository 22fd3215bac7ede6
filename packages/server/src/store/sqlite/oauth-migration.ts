import type { Migration } from './schema.ts'

export const oauthMigration: Migration = {
  version: 15,
  name: 'applications of others, what they hold and what people have allowed them',
  sql: `
    CREATE TABLE oauth_client (
      id TEXT PRIMARY KEY,
      settings TEXT NOT NULL,
      secret_hash TEXT,
      former_secret_hash TEXT,
      former_until INTEGER,
      disabled_at INTEGER,
      created_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE oauth_grant (
      id TEXT PRIMARY KEY,
      user_id TEXT NOT NULL,
      client_id TEXT NOT NULL,
      payload TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      changed_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX oauth_grant_by_user ON oauth_grant (user_id);
    CREATE INDEX oauth_grant_by_client ON oauth_grant (client_id);

    CREATE TABLE oauth_artifact (
      model TEXT NOT NULL,
      id TEXT NOT NULL,
      payload TEXT NOT NULL,
      grant_id TEXT,
      user_id TEXT,
      client_id TEXT,
      session_id TEXT,
      user_code TEXT UNIQUE,
      consumed_at INTEGER,
      expires_at INTEGER NOT NULL,
      PRIMARY KEY (model, id)
    ) STRICT;
    CREATE INDEX oauth_artifact_by_grant ON oauth_artifact (grant_id);
    CREATE INDEX oauth_artifact_by_user ON oauth_artifact (user_id);
    CREATE INDEX oauth_artifact_by_client ON oauth_artifact (client_id);
    CREATE INDEX oauth_artifact_by_end ON oauth_artifact (expires_at);

    CREATE TABLE oauth_token (
      jti TEXT PRIMARY KEY,
      grant_id TEXT NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX oauth_token_by_grant ON oauth_token (grant_id);
    CREATE INDEX oauth_token_by_end ON oauth_token (expires_at);
  `,
}
