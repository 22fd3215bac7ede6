import type { Migration } from '../sqlite/schema.ts'

export const oauthMigration: Migration = {
  version: 15,
  name: 'applications of others, what they hold and what people have allowed them',
  sql: `
    CREATE TABLE countersign.oauth_client (
      id text COLLATE "C" PRIMARY KEY,
      settings text NOT NULL,
      secret_hash text,
      former_secret_hash text,
      former_until bigint,
      disabled_at bigint,
      created_at bigint NOT NULL
    );

    CREATE TABLE countersign.oauth_grant (
      id text COLLATE "C" PRIMARY KEY,
      user_id text COLLATE "C" NOT NULL,
      client_id text COLLATE "C" NOT NULL,
      payload text NOT NULL,
      created_at bigint NOT NULL,
      changed_at bigint NOT NULL
    );
    CREATE INDEX oauth_grant_by_user ON countersign.oauth_grant (user_id);
    CREATE INDEX oauth_grant_by_client ON countersign.oauth_grant (client_id);

    CREATE TABLE countersign.oauth_artifact (
      model text COLLATE "C" NOT NULL,
      id text COLLATE "C" NOT NULL,
      payload text NOT NULL,
      grant_id text COLLATE "C",
      user_id text COLLATE "C",
      client_id text COLLATE "C",
      session_id text COLLATE "C",
      user_code text COLLATE "C" UNIQUE,
      consumed_at bigint,
      expires_at bigint NOT NULL,
      PRIMARY KEY (model, id)
    );
    CREATE INDEX oauth_artifact_by_grant ON countersign.oauth_artifact (grant_id);
    CREATE INDEX oauth_artifact_by_user ON countersign.oauth_artifact (user_id);
    CREATE INDEX oauth_artifact_by_client ON countersign.oauth_artifact (client_id);
    CREATE INDEX oauth_artifact_by_end ON countersign.oauth_artifact (expires_at);

    CREATE TABLE countersign.oauth_token (
      jti text COLLATE "C" PRIMARY KEY,
      grant_id text COLLATE "C" NOT NULL,
      expires_at bigint NOT NULL
    );
    CREATE INDEX oauth_token_by_grant ON countersign.oauth_token (grant_id);
    CREATE INDEX oauth_token_by_end ON countersign.oauth_token (expires_at);
  `,
}
