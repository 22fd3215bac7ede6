import { auditDraftMigration, auditMigration } from './audit-migration.ts'
import { clientInvitationMigration } from './client-invitation-migration.ts'
import { gateMigration } from './gate-migration.ts'
import { logHistoryMigration } from './log-history-migration.ts'
import { logoutMigration } from './logout-migration.ts'
import { oauthMigration } from './oauth-migration.ts'
import { roleMigration } from './role-migration.ts'
import { federationTables } from './federation-schema.ts'
import { trustRuleMigration } from './trust-rule-migration.ts'
import { verifierReportMigration } from './verifier-report-migration.ts'
import type { Migration } from '../sqlite/schema.ts'

/**
 * Everything stands in a schema of its own, so that the database may be shared with an application. Times are integer milliseconds,
 * lists JSON text, hashes base64url text; ids compare byte by byte. No index covers a column that refresh rotation changes, and pages
 * keep room, so that a rotation writes the row beside itself and no index.
 */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    name: 'accounts, sessions, keys and the revocation log',
    sql: `
      CREATE TABLE countersign.store_state (
        id integer PRIMARY KEY CHECK (id = 1),
        pings bigint NOT NULL
      );
      INSERT INTO countersign.store_state VALUES (1, 0);

      -- base: the entry before the oldest one kept. Position 0 and its hash stand for "before the first".
      CREATE TABLE countersign.log_head (
        id integer PRIMARY KEY CHECK (id = 1),
        position bigint NOT NULL,
        hash text NOT NULL,
        base_position bigint NOT NULL,
        base_hash text NOT NULL
      ) WITH (fillfactor = 10);
      INSERT INTO countersign.log_head VALUES (1, 0, 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 0, 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA');

      CREATE TABLE countersign.log_entry (
        position bigint PRIMARY KEY,
        at bigint NOT NULL,
        kind text NOT NULL,
        target_kind text NOT NULL,
        target_id text NOT NULL,
        mode text NOT NULL,
        expires_at bigint NOT NULL,
        hash text NOT NULL
      );

      -- What SQLite calls user; the word is taken here.
      CREATE TABLE countersign.user_account (
        id text COLLATE "C" PRIMARY KEY,
        email text NOT NULL,
        email_key text COLLATE "C" NOT NULL UNIQUE,
        name text,
        search_text text NOT NULL,
        status text NOT NULL,
        roles text NOT NULL,
        groups text NOT NULL,
        created_at bigint NOT NULL,
        updated_at bigint NOT NULL,
        password_hash text NOT NULL,
        password_generation bigint NOT NULL
      );
      CREATE INDEX administrator ON countersign.user_account (id) WHERE roles::jsonb @> '["admin"]';

      CREATE TABLE countersign.setup_offer (
        id integer PRIMARY KEY CHECK (id = 1),
        token_hash text NOT NULL,
        expires_at bigint NOT NULL
      );

      CREATE TABLE countersign.session (
        id text COLLATE "C" PRIMARY KEY,
        user_id text COLLATE "C" NOT NULL REFERENCES countersign.user_account (id),
        client text COLLATE "C" NOT NULL,
        device_name text,
        device_user_agent text,
        device_address text,
        created_at bigint NOT NULL,
        authenticated_at bigint NOT NULL,
        amr text NOT NULL,
        generation bigint NOT NULL,
        rotated_at bigint NOT NULL,
        rotated_by text,
        salt text NOT NULL,
        key_id text NOT NULL,
        expires_at bigint NOT NULL,
        idle_expires_at bigint NOT NULL
      ) WITH (fillfactor = 70);
      CREATE INDEX session_by_user ON countersign.session (user_id);
      CREATE INDEX session_by_client ON countersign.session (client);

      CREATE TABLE countersign.signing_key (
        kid text COLLATE "C" PRIMARY KEY,
        purpose text NOT NULL,
        algorithm text NOT NULL,
        public_jwk text NOT NULL,
        sealed bytea NOT NULL,
        state text NOT NULL,
        created_at bigint NOT NULL,
        activated_at bigint,
        verify_until bigint,
        sequence bigint GENERATED ALWAYS AS IDENTITY
      );
      CREATE UNIQUE INDEX one_current_key ON countersign.signing_key (purpose) WHERE state = 'current';
      CREATE UNIQUE INDEX one_next_key ON countersign.signing_key (purpose) WHERE state = 'next';

      CREATE TABLE countersign.service_credential (
        id text COLLATE "C" PRIMARY KEY,
        name text NOT NULL,
        secret_hash text NOT NULL,
        created_at bigint NOT NULL
      );

      CREATE TABLE countersign.replay_claim (
        scope text COLLATE "C" NOT NULL,
        id text COLLATE "C" NOT NULL,
        expires_at bigint NOT NULL,
        PRIMARY KEY (scope, id)
      );
      CREATE INDEX replay_claim_by_expiry ON countersign.replay_claim (expires_at);
    `,
  },
  {
    version: 2,
    name: 'deliveries',
    sql: `
      ALTER TABLE countersign.log_entry ADD COLUMN cause text;

      CREATE TABLE countersign.delivery_destination (
        id text COLLATE "C" PRIMARY KEY,
        kind text NOT NULL,
        owner text,
        state text NOT NULL,
        reason text,
        settings text NOT NULL,
        position bigint NOT NULL,
        revision bigint NOT NULL,
        created_at bigint NOT NULL
      );
      CREATE INDEX delivery_destination_by_kind ON countersign.delivery_destination (kind);

      CREATE TABLE countersign.delivery_job (
        sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        id text COLLATE "C" NOT NULL UNIQUE,
        destination text COLLATE "C" NOT NULL REFERENCES countersign.delivery_destination (id),
        payload text NOT NULL,
        urgent integer NOT NULL,
        created_at bigint NOT NULL,
        attempt integer NOT NULL,
        due_at bigint NOT NULL,
        dead_at bigint,
        problem text
      );
      CREATE INDEX delivery_job_waiting ON countersign.delivery_job (destination, urgent DESC, sequence) WHERE dead_at IS NULL;
      CREATE INDEX delivery_job_dead ON countersign.delivery_job (dead_at) WHERE dead_at IS NOT NULL;
    `,
  },
  {
    version: 3,
    name: 'keys of callers',
    sql: `
      CREATE TABLE countersign.caller_key (
        id text COLLATE "C" PRIMARY KEY,
        kind text NOT NULL,
        owner_kind text NOT NULL,
        owner_id text COLLATE "C" NOT NULL,
        settings text NOT NULL,
        material text NOT NULL,
        session_id text COLLATE "C",
        parent text COLLATE "C",
        successor text COLLATE "C",
        created_at bigint NOT NULL,
        expires_at bigint
      );
      CREATE INDEX caller_key_by_owner ON countersign.caller_key (owner_kind, owner_id);
      CREATE INDEX caller_key_by_parent ON countersign.caller_key (parent) WHERE parent IS NOT NULL;
      CREATE INDEX caller_key_by_expiry ON countersign.caller_key (expires_at) WHERE expires_at IS NOT NULL;
    `,
  },
  {
    version: 4,
    name: 'the DPoP key of a session',
    sql: 'ALTER TABLE countersign.session ADD COLUMN dpop_key text',
  },
  {
    version: 5,
    name: 'authenticator apps',
    sql: `
      CREATE TABLE countersign.totp_factor (
        user_id text COLLATE "C" PRIMARY KEY REFERENCES countersign.user_account (id),
        id text COLLATE "C" NOT NULL UNIQUE,
        sealed bytea NOT NULL,
        created_at bigint NOT NULL,
        confirmed_at bigint
      );

      CREATE TABLE countersign.recovery_code (
        factor text COLLATE "C" NOT NULL,
        hash text NOT NULL,
        PRIMARY KEY (factor, hash)
      );
    `,
  },
  {
    version: 6,
    name: 'counters of sign-in attempts',
    sql: `
      CREATE TABLE countersign.throttle_counter (
        key integer PRIMARY KEY,
        empty_at bigint NOT NULL,
        next_at bigint NOT NULL
      ) WITH (fillfactor = 30);
    `,
  },
  {
    version: 7,
    name: 'links in mails',
    sql: `
      ALTER TABLE countersign.user_account ADD COLUMN email_verified_at bigint;

      CREATE TABLE countersign.account_link (
        hash text COLLATE "C" PRIMARY KEY,
        kind text NOT NULL,
        user_id text COLLATE "C" NOT NULL REFERENCES countersign.user_account (id),
        email text NOT NULL,
        email_key text COLLATE "C" NOT NULL,
        generation bigint NOT NULL,
        code_hash text,
        request_hash text COLLATE "C",
        tries integer NOT NULL,
        created_at bigint NOT NULL,
        expires_at bigint NOT NULL
      );
      CREATE UNIQUE INDEX one_link_of_kind ON countersign.account_link (user_id, kind) WHERE kind <> 'not_me';
      CREATE INDEX account_link_by_user ON countersign.account_link (user_id);
      CREATE INDEX account_link_by_request ON countersign.account_link (request_hash) WHERE request_hash IS NOT NULL;
      CREATE INDEX account_link_by_expiry ON countersign.account_link (expires_at);
    `,
  },
  {
    version: 8,
    name: 'passkeys',
    sql: `
      CREATE TABLE countersign.passkey (
        id text COLLATE "C" PRIMARY KEY,
        user_id text COLLATE "C" NOT NULL REFERENCES countersign.user_account (id),
        credential text COLLATE "C" NOT NULL UNIQUE,
        public_key bytea NOT NULL,
        counter bigint NOT NULL,
        transports text NOT NULL,
        synced integer NOT NULL,
        backed_up integer NOT NULL,
        name text NOT NULL,
        created_at bigint NOT NULL,
        last_used_at bigint
      );
      CREATE INDEX passkey_by_user ON countersign.passkey (user_id);

      CREATE TABLE countersign.recovery_set (
        user_id text COLLATE "C" PRIMARY KEY REFERENCES countersign.user_account (id),
        id text COLLATE "C" NOT NULL UNIQUE
      );
      INSERT INTO countersign.recovery_set (user_id, id) SELECT user_id, id FROM countersign.totp_factor WHERE confirmed_at IS NOT NULL;
    `,
  },
  {
    version: 9,
    name: 'devices that were seen, and roles for a while',
    sql: `
      CREATE TABLE countersign.known_device (
        user_id text COLLATE "C" NOT NULL REFERENCES countersign.user_account (id),
        fingerprint text COLLATE "C" NOT NULL,
        seen_at bigint NOT NULL,
        PRIMARY KEY (user_id, fingerprint)
      ) WITH (fillfactor = 70);

      CREATE TABLE countersign.elevation (
        id text COLLATE "C" PRIMARY KEY,
        user_id text COLLATE "C" NOT NULL REFERENCES countersign.user_account (id),
        role text NOT NULL,
        reason text NOT NULL,
        started_by text,
        started_at bigint NOT NULL,
        ends_at bigint NOT NULL,
        ended_at bigint,
        ended_by text
      );
      CREATE INDEX elevation_by_user ON countersign.elevation (user_id, started_at);
      CREATE INDEX elevation_standing ON countersign.elevation (user_id) WHERE ended_at IS NULL;
      CREATE INDEX elevation_due ON countersign.elevation (ends_at) WHERE ended_at IS NULL;
    `,
  },
  {
    version: 10,
    name: 'API keys',
    sql: `
      ALTER TABLE countersign.caller_key ADD COLUMN last_used_at bigint;

      CREATE TABLE countersign.sealed_secret (
        name text COLLATE "C" PRIMARY KEY,
        sealed text NOT NULL
      );
    `,
  },
  {
    version: 11,
    name: 'in which language people are written to',
    sql: `
      CREATE TABLE countersign.user_language (
        user_id text COLLATE "C" PRIMARY KEY REFERENCES countersign.user_account (id),
        language text NOT NULL
      );
    `,
  },
  {
    version: 13,
    name: 'deliveries that are kept on file',
    sql: `
      CREATE TABLE countersign.delivery_kept (
        id text COLLATE "C" PRIMARY KEY,
        destination text COLLATE "C" NOT NULL REFERENCES countersign.delivery_destination (id) ON DELETE CASCADE,
        payload text NOT NULL,
        created_at bigint NOT NULL,
        attempt integer NOT NULL,
        kept_at bigint NOT NULL,
        note text NOT NULL
      );
      CREATE INDEX delivery_kept_by_destination ON countersign.delivery_kept (destination, created_at);
      CREATE INDEX delivery_kept_by_time ON countersign.delivery_kept (kept_at);
    `,
  },
  {
    version: 14,
    name: 'test users, lent for a while',
    sql: `
      CREATE TABLE countersign.pool_user (
        user_id text COLLATE "C" PRIMARY KEY REFERENCES countersign.user_account (id),
        pool text COLLATE "C" NOT NULL,
        email_key text COLLATE "C" NOT NULL,
        lease text COLLATE "C",
        used_at bigint NOT NULL
      );
      CREATE INDEX pool_user_by_pool ON countersign.pool_user (pool, used_at);

      CREATE TABLE countersign.lease (
        id text COLLATE "C" PRIMARY KEY,
        pool text NOT NULL,
        user_id text COLLATE "C" NOT NULL REFERENCES countersign.user_account (id),
        email text NOT NULL,
        started_by text,
        started_at bigint NOT NULL,
        ends_at bigint NOT NULL,
        ended_at bigint,
        ended_by text,
        sealed text
      );
      CREATE UNIQUE INDEX one_lease ON countersign.lease (user_id) WHERE ended_at IS NULL;
      CREATE INDEX lease_due ON countersign.lease (ends_at) WHERE ended_at IS NULL;
      CREATE INDEX lease_by_start ON countersign.lease (started_at);
      CREATE INDEX lease_ended ON countersign.lease (ended_at) WHERE ended_at IS NOT NULL;

      CREATE TABLE countersign.lease_event (
        sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        lease text COLLATE "C" NOT NULL,
        kind text NOT NULL,
        at bigint NOT NULL,
        caller text,
        address text
      );
      CREATE INDEX lease_event_by_lease ON countersign.lease_event (lease, sequence);
    `,
  },
  oauthMigration,
  { version: 16, name: 'identities of other providers', sql: federationTables },
  clientInvitationMigration,
  logoutMigration,
  roleMigration,
  trustRuleMigration,
  auditMigration,
  gateMigration,
  auditDraftMigration,
  verifierReportMigration,
  logHistoryMigration,
]
