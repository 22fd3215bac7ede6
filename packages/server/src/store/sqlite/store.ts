import { type Clock, systemClock } from 'countersign/core'
import { MemoryVerifierReportStore } from '../memory/verifier-report-store.ts'
import type { Store, StoreObserver, StoreOptions } from '../store.ts'
import { SqliteAuditStore } from './audit-store.ts'
import { CallerKeyEnding } from './caller-key-ending.ts'
import { SqliteCallerKeyStore } from './caller-key-store.ts'
import { SqliteClientInvitationStore } from './client-invitation-store.ts'
import { type Database, openDatabase } from './database.ts'
import { SqliteDeliveryHistory } from './delivery-history.ts'
import { SqliteDeliveryStore } from './delivery-store.ts'
import { SqliteDeviceStore } from './device-store.ts'
import { SqliteElevationStore } from './elevation-store.ts'
import { SqliteEventLog } from './event-log.ts'
import { FactorChange } from './factor-change.ts'
import { SqliteFactorStore } from './factor-store.ts'
import { SqliteFederationStore } from './federation-store.ts'
import { IssuanceReader } from './issuance.ts'
import { SqliteKeyStore } from './key-store.ts'
import { SqliteLanguageStore } from './language-store.ts'
import { SqliteLogHistory } from './log-history.ts'
import { SqliteLogStore } from './log-store.ts'
import { SqliteLinkStore } from './link-store.ts'
import { LeaseEnding } from './lease-ending.ts'
import { SqliteLeaseStore } from './lease-store.ts'
import { LogWriter } from './log-writer.ts'
import { SqliteOAuthClientStore } from './oauth-client-store.ts'
import { SqliteOAuthStore } from './oauth-store.ts'
import { SqlitePasskeyStore } from './passkey-store.ts'
import { SqliteReplayStore } from './replay-store.ts'
import { SqliteRoleStore } from './role-store.ts'
import { SqliteSealedSecretStore } from './sealed-secret-store.ts'
import { SqliteServiceCredentialStore } from './service-credential-store.ts'
import { SqliteSessionClientStore } from './session-client-store.ts'
import { SessionEnding } from './session-ending.ts'
import { SqliteSessionDirectory } from './session-directory.ts'
import { SqliteSessionStore } from './session-store.ts'
import { SqliteThrottleStore } from './throttle-store.ts'
import { SqliteTrustRuleStore } from './trust-rule-store.ts'
import { SqliteUserStore } from './user-store.ts'

export interface SqliteStoreOptions extends StoreOptions {
  /** The database file, created with mode 600 in a directory with mode 700; or `:memory:`. */
  readonly path: string
  /** The file is a backup: opens it although what was committed after it is missing, and starts a new epoch, which kills all that it could revive. */
  readonly isBackup?: boolean
  /** Refuses to grow past so many pages of 2 KiB: writes then fail with `unavailable` until space is freed. Default: the disk decides. */
  readonly maxPages?: number
  /** For housekeeping only; what is stored carries the caller's times. Default: the system's. */
  readonly clock?: Clock
  readonly observer?: StoreObserver | undefined
}

/**
 * Opens the SQLite store and keeps every other process from writing to the database.
 *
 * @throws {StoreLockedError} when another process (or another store) has it open.
 * @throws {LogDamagedError} {WriteAheadLogMissingError} when starting could forget a revocation.
 * @throws {Error} when a newer version of the product has written the database.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { path, isBackup = false, maxPages, clock = systemClock, cutoffLifeMs, observer } = options
  const database = openDatabase({ path, clock, maxPages, isBackup, observer })
  const store = storeOn(database, clock, cutoffLifeMs)
  if (isBackup) await store.log.openEpoch(clock.now())
  return store
}

/** Every port on an open database. */
export function storeOn(database: Database, clock: Clock, cutoffLifeMs: number): Store {
  const log = new LogWriter(database, cutoffLifeMs)
  const ending = new SessionEnding(database)
  const factorChange = new FactorChange(database, log)
  const keyEnding = new CallerKeyEnding(database, log)
  const issuance = new IssuanceReader(database)
  const ping = database.statement('UPDATE store_state SET pings = pings + 1')
  return {
    log: new SqliteLogStore(database, log, ending),
    logHistory: new SqliteLogHistory(database),
    keys: new SqliteKeyStore(database, log, cutoffLifeMs),
    users: new SqliteUserStore(database, log, ending, issuance),
    factors: new SqliteFactorStore(database, factorChange),
    passkeys: new SqlitePasskeyStore(database, factorChange),
    federation: new SqliteFederationStore(database, log, ending, factorChange),
    links: new SqliteLinkStore(database, log, ending, factorChange),
    sessions: new SqliteSessionStore(database, log, ending, issuance),
    sessionDirectory: new SqliteSessionDirectory(database),
    elevations: new SqliteElevationStore(database, log),
    roles: new SqliteRoleStore(database, log),
    leases: new SqliteLeaseStore(database, new LeaseEnding(database, log, ending, keyEnding)),
    devices: new SqliteDeviceStore(database),
    services: new SqliteServiceCredentialStore(database, log, keyEnding),
    trustRules: new SqliteTrustRuleStore(database, log),
    callerKeys: new SqliteCallerKeyStore(database, log, keyEnding),
    sealedSecrets: new SqliteSealedSecretStore(database),
    oauth: new SqliteOAuthStore(database, log),
    oauthClients: new SqliteOAuthClientStore(database, log),
    clientInvitations: new SqliteClientInvitationStore(database),
    sessionClients: new SqliteSessionClientStore(database),
    replay: new SqliteReplayStore(database, clock),
    throttle: new SqliteThrottleStore(database),
    events: new SqliteEventLog(database, log),
    deliveries: new SqliteDeliveryStore(database),
    deliveryHistory: new SqliteDeliveryHistory(database),
    languages: new SqliteLanguageStore(database),
    // One server has the database open: there is nobody to share them with.
    verifierReports: new MemoryVerifierReportStore(),
    audit: new SqliteAuditStore(database, database.audit),
    ping: async () => void (await database.write(() => ping.run())),
    close: () => database.close(),
  }
}
