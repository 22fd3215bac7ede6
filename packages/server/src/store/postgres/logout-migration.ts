import type { Migration } from '../sqlite/schema.ts'

export const logoutMigration: Migration = {
  version: 18,
  name: 'which applications were signed in to with which session',
  sql: `
    CREATE TABLE countersign.oauth_session_client (
      session_id text COLLATE "C" NOT NULL,
      client_id text COLLATE "C" NOT NULL,
      user_id text COLLATE "C" NOT NULL,
      expires_at bigint NOT NULL,
      PRIMARY KEY (session_id, client_id)
    );
    CREATE INDEX oauth_session_client_by_user ON countersign.oauth_session_client (user_id);
    CREATE INDEX oauth_session_client_by_end ON countersign.oauth_session_client (expires_at);
  `,
}
