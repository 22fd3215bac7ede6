import type { Migration } from './schema.ts'

export const clientInvitationMigration: Migration = {
  version: 17,
  name: 'clients that register by themselves',
  sql: `
    CREATE TABLE client_invitation (
      id TEXT PRIMARY KEY,
      token_hash TEXT NOT NULL UNIQUE,
      limits TEXT NOT NULL,
      uses_left INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    ALTER TABLE oauth_client ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
  `,
}
