import type { Migration } from './schema.ts'

export const logoutMigration: Migration = {
  version: 18,
  name: 'which applications were signed in to with which session',
  sql: `
    CREATE TABLE oauth_session_client (
      session_id TEXT NOT NULL,
      client_id TEXT NOT NULL,
      user_id TEXT NOT NULL,
      expires_at INTEGER NOT NULL,
      PRIMARY KEY (session_id, client_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX oauth_session_client_by_user ON oauth_session_client (user_id);
    CREATE INDEX oauth_session_client_by_end ON oauth_session_client (expires_at);
  `,
}
