import type { Migration } from '../sqlite/schema.ts'

export const clientInvitationMigration: Migration = {
  version: 17,
  name: 'clients that register by themselves',
  sql: `
    CREATE TABLE countersign.client_invitation (
      id text COLLATE "C" PRIMARY KEY,
      token_hash text COLLATE "C" NOT NULL UNIQUE,
      limits text NOT NULL,
      uses_left integer NOT NULL,
      created_at bigint NOT NULL,
      expires_at bigint NOT NULL
    );

    ALTER TABLE countersign.oauth_client ADD COLUMN version integer NOT NULL DEFAULT 0;
  `,
}
