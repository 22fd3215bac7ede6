import { auditMigration } from './audit-migration.ts'
import { clientInvitationMigration } from './client-invitation-migration.ts'
import { logHistoryMigration } from './log-history-migration.ts'
import { logoutMigration } from './logout-migration.ts'
import { oauthMigration } from './oauth-migration.ts'
import { roleMigration } from './role-migration.ts'
import { federationTables } from './federation-schema.ts'
import { trustRuleMigration } from './trust-rule-migration.ts'

/** One step of the schema. Steps are only ever added: what has been released is never edited. */
export interface Migration {
  readonly version: number
  readonly name: string
  readonly sql: string
}

/**
 * Times are integer milliseconds, lists JSON text, hashes base64url text. A column that an index covers is left alone
 * by refresh rotation, which therefore writes one page.
 */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    name: 'accounts, sessions, keys and the revocation log',
    sql: `
      CREATE TABLE store_state (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        closed_cleanly INTEGER NOT NULL,
        pings INTEGER NOT NULL
      ) STRICT;
      INSERT INTO store_state VALUES (1, 1, 0);

      -- base: the entry before the oldest one kept. Position 0 and its hash stand for "before the first".
      CREATE TABLE log_head (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        position INTEGER NOT NULL,
        hash TEXT NOT NULL,
        base_position INTEGER NOT NULL,
        base_hash TEXT NOT NULL
      ) STRICT;
      INSERT INTO log_head VALUES (1, 0, 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 0, 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA');

      CREATE TABLE log_entry (
        position INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        target_kind TEXT NOT NULL,
        target_id TEXT NOT NULL,
        mode TEXT NOT NULL,
        expires_at INTEGER NOT NULL,
        hash TEXT NOT NULL
      ) STRICT;

      CREATE TABLE user (
        id TEXT PRIMARY KEY,
        email TEXT NOT NULL,
        email_key TEXT NOT NULL UNIQUE,
        name TEXT,
        search_text TEXT NOT NULL,
        status TEXT NOT NULL,
        roles TEXT NOT NULL,
        groups TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        password_hash TEXT NOT NULL,
        password_generation INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE setup_offer (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        token_hash TEXT NOT NULL,
        expires_at INTEGER NOT NULL
      ) STRICT;

      CREATE TABLE session (
        id TEXT PRIMARY KEY,
        user_id TEXT NOT NULL REFERENCES user (id),
        client TEXT NOT NULL,
        device_name TEXT,
        device_user_agent TEXT,
        device_address TEXT,
        created_at INTEGER NOT NULL,
        authenticated_at INTEGER NOT NULL,
        amr TEXT NOT NULL,
        generation INTEGER NOT NULL,
        rotated_at INTEGER NOT NULL,
        rotated_by TEXT,
        salt TEXT NOT NULL,
        key_id TEXT NOT NULL,
        expires_at INTEGER NOT NULL,
        idle_expires_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX session_by_user ON session (user_id);
      CREATE INDEX session_by_client ON session (client);

      CREATE TABLE signing_key (
        kid TEXT PRIMARY KEY,
        purpose TEXT NOT NULL,
        algorithm TEXT NOT NULL,
        public_jwk TEXT NOT NULL,
        sealed BLOB NOT NULL,
        state TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        activated_at INTEGER,
        verify_until INTEGER
      ) STRICT;
      CREATE UNIQUE INDEX one_current_key ON signing_key (purpose) WHERE state = 'current';
      CREATE UNIQUE INDEX one_next_key ON signing_key (purpose) WHERE state = 'next';

      CREATE TABLE service_credential (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        secret_hash TEXT NOT NULL,
        created_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE replay_claim (
        scope TEXT NOT NULL,
        id TEXT NOT NULL,
        expires_at INTEGER NOT NULL,
        PRIMARY KEY (scope, id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX replay_claim_by_expiry ON replay_claim (expires_at);
    `,
  },
  {
    version: 2,
    name: 'deliveries',
    sql: `
      ALTER TABLE log_entry ADD COLUMN cause TEXT;

      CREATE TABLE delivery_destination (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        owner TEXT,
        state TEXT NOT NULL,
        reason TEXT,
        settings TEXT NOT NULL,
        position INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        created_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX delivery_destination_by_kind ON delivery_destination (kind);

      CREATE TABLE delivery_job (
        sequence INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        destination TEXT NOT NULL REFERENCES delivery_destination (id),
        payload TEXT NOT NULL,
        urgent INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        due_at INTEGER NOT NULL,
        dead_at INTEGER,
        problem TEXT
      ) STRICT;
      CREATE INDEX delivery_job_waiting ON delivery_job (destination, urgent DESC, sequence) WHERE dead_at IS NULL;
      CREATE INDEX delivery_job_dead ON delivery_job (dead_at) WHERE dead_at IS NOT NULL;
    `,
  },
  {
    version: 3,
    name: 'keys of callers',
    sql: `
      CREATE TABLE caller_key (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        owner_kind TEXT NOT NULL,
        owner_id TEXT NOT NULL,
        settings TEXT NOT NULL,
        material TEXT NOT NULL,
        session_id TEXT,
        parent TEXT,
        successor TEXT,
        created_at INTEGER NOT NULL,
        expires_at INTEGER
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX caller_key_by_owner ON caller_key (owner_kind, owner_id);
      CREATE INDEX caller_key_by_parent ON caller_key (parent) WHERE parent IS NOT NULL;
      CREATE INDEX caller_key_by_expiry ON caller_key (expires_at) WHERE expires_at IS NOT NULL;
    `,
  },
  {
    version: 4,
    name: 'the DPoP key of a session',
    sql: 'ALTER TABLE session ADD COLUMN dpop_key TEXT',
  },
  {
    version: 5,
    name: 'authenticator apps',
    sql: `
      CREATE TABLE totp_factor (
        user_id TEXT PRIMARY KEY REFERENCES user (id),
        id TEXT NOT NULL UNIQUE,
        sealed BLOB NOT NULL,
        created_at INTEGER NOT NULL,
        confirmed_at INTEGER
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE recovery_code (
        factor TEXT NOT NULL,
        hash TEXT NOT NULL,
        PRIMARY KEY (factor, hash)
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    version: 6,
    name: 'counters of sign-in attempts',
    // Keys are digests: no account and no address stands here. No index: a counter moves with every attempt.
    sql: `
      CREATE TABLE throttle_counter (
        key INTEGER PRIMARY KEY,
        empty_at INTEGER NOT NULL,
        next_at INTEGER NOT NULL
      ) STRICT;
    `,
  },
  {
    version: 7,
    name: 'links in mails',
    sql: `
      ALTER TABLE user ADD COLUMN email_verified_at INTEGER;

      CREATE TABLE account_link (
        hash TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        user_id TEXT NOT NULL REFERENCES user (id),
        email TEXT NOT NULL,
        email_key TEXT NOT NULL,
        generation INTEGER NOT NULL,
        code_hash TEXT,
        request_hash TEXT,
        tries INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL
      ) STRICT;
      CREATE UNIQUE INDEX one_link_of_kind ON account_link (user_id, kind) WHERE kind <> 'not_me';
      CREATE INDEX account_link_by_user ON account_link (user_id);
      CREATE INDEX account_link_by_request ON account_link (request_hash) WHERE request_hash IS NOT NULL;
      CREATE INDEX account_link_by_expiry ON account_link (expires_at);
    `,
  },
  {
    version: 8,
    name: 'passkeys',
    sql: `
      CREATE TABLE passkey (
        id TEXT PRIMARY KEY,
        user_id TEXT NOT NULL REFERENCES user (id),
        credential TEXT NOT NULL UNIQUE,
        public_key BLOB NOT NULL,
        counter INTEGER NOT NULL,
        transports TEXT NOT NULL,
        synced INTEGER NOT NULL,
        backed_up INTEGER NOT NULL,
        name TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        last_used_at INTEGER
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX passkey_by_user ON passkey (user_id);

      CREATE TABLE recovery_set (
        user_id TEXT PRIMARY KEY REFERENCES user (id),
        id TEXT NOT NULL UNIQUE
      ) STRICT, WITHOUT ROWID;
      INSERT INTO recovery_set (user_id, id) SELECT user_id, id FROM totp_factor WHERE confirmed_at IS NOT NULL;
    `,
  },
  {
    version: 9,
    name: 'devices that were seen, and roles for a while',
    sql: `
      CREATE TABLE known_device (
        user_id TEXT NOT NULL REFERENCES user (id),
        fingerprint TEXT NOT NULL,
        seen_at INTEGER NOT NULL,
        PRIMARY KEY (user_id, fingerprint)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE elevation (
        id TEXT PRIMARY KEY,
        user_id TEXT NOT NULL REFERENCES user (id),
        role TEXT NOT NULL,
        reason TEXT NOT NULL,
        started_by TEXT,
        started_at INTEGER NOT NULL,
        ends_at INTEGER NOT NULL,
        ended_at INTEGER,
        ended_by TEXT
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX elevation_by_user ON elevation (user_id, started_at);
      CREATE INDEX elevation_standing ON elevation (user_id) WHERE ended_at IS NULL;
      CREATE INDEX elevation_due ON elevation (ends_at) WHERE ended_at IS NULL;
    `,
  },
  {
    version: 10,
    name: 'API keys',
    sql: `
      ALTER TABLE caller_key ADD COLUMN last_used_at INTEGER;

      CREATE TABLE sealed_secret (
        name TEXT PRIMARY KEY,
        sealed TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    version: 11,
    name: 'in which language people are written to',
    sql: `
      CREATE TABLE user_language (
        user_id TEXT PRIMARY KEY REFERENCES user (id),
        language TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    version: 13,
    name: 'deliveries that are kept on file',
    sql: `
      CREATE TABLE delivery_kept (
        id TEXT PRIMARY KEY,
        destination TEXT NOT NULL REFERENCES delivery_destination (id) ON DELETE CASCADE,
        payload TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        kept_at INTEGER NOT NULL,
        note TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX delivery_kept_by_destination ON delivery_kept (destination, created_at);
      CREATE INDEX delivery_kept_by_time ON delivery_kept (kept_at);
    `,
  },
  {
    version: 14,
    name: 'test users, lent for a while',
    sql: `
      CREATE TABLE pool_user (
        user_id TEXT PRIMARY KEY REFERENCES user (id),
        pool TEXT NOT NULL,
        email_key TEXT NOT NULL,
        lease TEXT,
        used_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX pool_user_by_pool ON pool_user (pool, used_at);

      CREATE TABLE lease (
        id TEXT PRIMARY KEY,
        pool TEXT NOT NULL,
        user_id TEXT NOT NULL REFERENCES user (id),
        email TEXT NOT NULL,
        started_by TEXT,
        started_at INTEGER NOT NULL,
        ends_at INTEGER NOT NULL,
        ended_at INTEGER,
        ended_by TEXT,
        sealed TEXT
      ) STRICT, WITHOUT ROWID;
      CREATE UNIQUE INDEX one_lease ON lease (user_id) WHERE ended_at IS NULL;
      CREATE INDEX lease_due ON lease (ends_at) WHERE ended_at IS NULL;
      CREATE INDEX lease_by_start ON lease (started_at);
      CREATE INDEX lease_ended ON lease (ended_at) WHERE ended_at IS NOT NULL;

      CREATE TABLE lease_event (
        sequence INTEGER PRIMARY KEY,
        lease TEXT NOT NULL,
        kind TEXT NOT NULL,
        at INTEGER NOT NULL,
        caller TEXT,
        address TEXT
      ) STRICT;
      CREATE INDEX lease_event_by_lease ON lease_event (lease, sequence);
    `,
  },
  oauthMigration,
  { version: 16, name: 'identities of other providers', sql: federationTables },
  clientInvitationMigration,
  logoutMigration,
  roleMigration,
  trustRuleMigration,
  auditMigration,
  logHistoryMigration,
]
