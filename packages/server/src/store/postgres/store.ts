import { type Clock, newId, systemClock, systemRandom } from 'countersign/core'
import type { Store, StoreObserver, StoreOptions } from '../store.ts'
import { PostgresAuditStore } from './audit-store.ts'
import { PostgresCallerKeyStore } from './caller-key-store.ts'
import { PostgresClientInvitationStore } from './client-invitation-store.ts'
import { clientConfig, DEFAULT_PATIENCE, type Patience } from './connection.ts'
import { Database } from './database.ts'
import { PostgresDeliveryHistory } from './delivery-history.ts'
import { PostgresDeliveryStore } from './delivery-store.ts'
import { PostgresDeviceStore } from './device-store.ts'
import { PostgresElevationStore } from './elevation-store.ts'
import { PostgresEventLog } from './event-log.ts'
import { PostgresFactorStore } from './factor-store.ts'
import { PostgresFederationStore } from './federation-store.ts'
import { PostgresKeyStore } from './key-store.ts'
import { verifyLog } from './log-integrity.ts'
import { LogSignal } from './log-signal.ts'
import { PostgresLanguageStore } from './language-store.ts'
import { PostgresLeaseStore } from './lease-store.ts'
import { PostgresLinkStore } from './link-store.ts'
import { PostgresLogHistory } from './log-history.ts'
import { PostgresLogStore } from './log-store.ts'
import { CHANNEL, LogWriter } from './log-writer.ts'
import { migrate } from './migration.ts'
import { PostgresOAuthClientStore } from './oauth-client-store.ts'
import { PostgresOAuthStore } from './oauth-store.ts'
import { PostgresPasskeyStore } from './passkey-store.ts'
import { PostgresReplayStore } from './replay-store.ts'
import { PostgresRoleStore } from './role-store.ts'
import { migrations } from './schema.ts'
import { PostgresSealedSecretStore } from './sealed-secret-store.ts'
import { PostgresServiceCredentialStore } from './service-credential-store.ts'
import { PostgresSessionClientStore } from './session-client-store.ts'
import { PostgresSessionDirectory } from './session-directory.ts'
import { PostgresSessionStore } from './session-store.ts'
import { statement } from './statement.ts'
import { isOfConnection } from './storage-failure.ts'
import { PostgresThrottleStore } from './throttle-store.ts'
import { PostgresTrustRuleStore } from './trust-rule-store.ts'
import { PostgresUserStore } from './user-store.ts'
import { PostgresVerifierReportStore } from './verifier-report-store.ts'

export interface PostgresStoreOptions extends StoreOptions {
  /** `postgres://user:password@host:port/database`, with the parameters that libpq knows, such as `sslmode`. */
  readonly url: string
  /** For housekeeping only; what is stored carries the caller's times. Default: the system's. */
  readonly clock?: Clock
  readonly patience?: Partial<Patience> | undefined
  /** Connections to the database at most, beside the one that listens. Default 16. */
  readonly connections?: number
  readonly observer?: StoreObserver | undefined
}

const DEFAULT_CONNECTIONS = 16

const ping = statement('ping', 'UPDATE countersign.store_state SET pings = pings + 1')

/**
 * Opens the PostgreSQL store. Any number of servers may have the same database open.
 *
 * @throws {LogDamagedError} when starting could forget a revocation.
 * @throws {Error} when the database cannot be reached, or a newer version of the product has written it.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { url, clock = systemClock, cutoffLifeMs, connections = DEFAULT_CONNECTIONS, observer } = options
  const patience = { ...DEFAULT_PATIENCE, ...options.patience }
  await migrate(url, patience, migrations, clock.now()).catch((error: unknown) => {
    if (!isOfConnection(error)) throw error
    const { host, pathname } = new URL(url)
    throw new Error(`The database postgres://${host}${pathname} cannot be reached. Check that it runs and takes connections from here.`, {
      cause: error,
    })
  })
  const database = new Database({ url, patience, connections, observer })
  const name = newId('store', systemRandom)
  const log = new LogWriter(database, cutoffLifeMs, name)
  const signal = new LogSignal({ config: clientConfig(url, patience), channel: CHANNEL, own: name, clock, onSignal: () => log.announce() })
  try {
    await verifyLog(database)
    await signal.start()
  } catch (error) {
    await Promise.all([signal.stop(), database.close()])
    throw error
  }
  return {
    log: new PostgresLogStore(database, log),
    logHistory: new PostgresLogHistory(database),
    keys: new PostgresKeyStore(database, log, cutoffLifeMs),
    users: new PostgresUserStore(database, log),
    factors: new PostgresFactorStore(database, log),
    passkeys: new PostgresPasskeyStore(database, log),
    federation: new PostgresFederationStore(database, log),
    links: new PostgresLinkStore(database, log),
    sessions: new PostgresSessionStore(database, log),
    sessionDirectory: new PostgresSessionDirectory(database),
    elevations: new PostgresElevationStore(database, log),
    roles: new PostgresRoleStore(database, log),
    leases: new PostgresLeaseStore(database, log),
    devices: new PostgresDeviceStore(database),
    services: new PostgresServiceCredentialStore(database, log),
    trustRules: new PostgresTrustRuleStore(database, log),
    callerKeys: new PostgresCallerKeyStore(database, log),
    sealedSecrets: new PostgresSealedSecretStore(database),
    oauth: new PostgresOAuthStore(database, log),
    oauthClients: new PostgresOAuthClientStore(database, log),
    clientInvitations: new PostgresClientInvitationStore(database),
    sessionClients: new PostgresSessionClientStore(database),
    replay: new PostgresReplayStore(database, clock),
    throttle: new PostgresThrottleStore(database),
    events: new PostgresEventLog(database, log),
    deliveries: new PostgresDeliveryStore(database),
    deliveryHistory: new PostgresDeliveryHistory(database),
    languages: new PostgresLanguageStore(database),
    verifierReports: new PostgresVerifierReportStore(database),
    audit: new PostgresAuditStore(database),
    ping: async () => void (await database.change(ping)),
    close: async () => void (await Promise.all([signal.stop(), database.close()])),
  }
}
