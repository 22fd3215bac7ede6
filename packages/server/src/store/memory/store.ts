import { AuthError, type Clock, systemClock } from 'countersign/core'
import { MemoryReplayStore } from 'countersign/replay'
import type { Store, StoreOptions } from '../store.ts'
import { MemoryAuditStore } from './audit-store.ts'
import { MemoryCallerKeyStore } from './caller-key-store.ts'
import { MemoryClientInvitationStore } from './client-invitation-store.ts'
import { MemoryKeyStore } from './key-store.ts'
import { MemoryDeliveryHistory } from './delivery-history.ts'
import { MemoryDeliveryStore } from './delivery-store.ts'
import { MemoryDeviceStore } from './device-store.ts'
import { MemoryElevationStore } from './elevation-store.ts'
import { MemoryEventLog } from './event-log.ts'
import { MemoryFactorStore } from './factor-store.ts'
import { MemoryFederationStore } from './federation-store.ts'
import { MemoryLanguageStore } from './language-store.ts'
import { MemoryLeaseStore } from './lease-store.ts'
import { MemoryLinkStore } from './link-store.ts'
import { Log } from './log.ts'
import { MemoryLogHistory } from './log-history.ts'
import { MemoryLogStore } from './log-store.ts'
import { MemoryOAuthClientStore } from './oauth-client-store.ts'
import { MemoryOAuthStore } from './oauth-store.ts'
import { MemoryPasskeyStore } from './passkey-store.ts'
import { MemoryRoleStore } from './role-store.ts'
import { MemorySealedSecretStore } from './sealed-secret-store.ts'
import { MemoryServiceCredentialStore } from './service-credential-store.ts'
import { MemorySessionClientStore } from './session-client-store.ts'
import { MemorySessionDirectory } from './session-directory.ts'
import { MemorySessionStore } from './session-store.ts'
import { Tables } from './tables.ts'
import { MemoryThrottleStore } from './throttle-store.ts'
import { MemoryTrustRuleStore } from './trust-rule-store.ts'
import { MemoryUserStore } from './user-store.ts'
import { MemoryVerifierReportStore } from './verifier-report-store.ts'

export interface MemoryStoreOptions extends StoreOptions {
  /** For the claims of the replay store. Default: the system's. */
  readonly clock?: Clock
}

/** Every port over plain maps, for tests and demonstrations: nothing survives the process. */
export function createMemoryStore({ cutoffLifeMs, clock = systemClock }: MemoryStoreOptions): Store {
  const audit = new MemoryAuditStore()
  const tables = new Tables(new Log(cutoffLifeMs, () => audit.carry()))
  let isClosed = false
  return {
    log: new MemoryLogStore(tables),
    logHistory: new MemoryLogHistory(tables),
    keys: new MemoryKeyStore(tables, cutoffLifeMs),
    users: new MemoryUserStore(tables),
    factors: new MemoryFactorStore(tables),
    federation: new MemoryFederationStore(tables),
    passkeys: new MemoryPasskeyStore(tables),
    links: new MemoryLinkStore(tables),
    sessions: new MemorySessionStore(tables),
    sessionDirectory: new MemorySessionDirectory(tables),
    elevations: new MemoryElevationStore(tables),
    roles: new MemoryRoleStore(tables),
    leases: new MemoryLeaseStore(tables),
    devices: new MemoryDeviceStore(tables),
    services: new MemoryServiceCredentialStore(tables),
    trustRules: new MemoryTrustRuleStore(tables),
    callerKeys: new MemoryCallerKeyStore(tables),
    sealedSecrets: new MemorySealedSecretStore(tables),
    oauth: new MemoryOAuthStore(tables),
    oauthClients: new MemoryOAuthClientStore(tables),
    clientInvitations: new MemoryClientInvitationStore(tables),
    sessionClients: new MemorySessionClientStore(tables),
    replay: new MemoryReplayStore({ clock }),
    throttle: new MemoryThrottleStore(),
    events: new MemoryEventLog(tables.log),
    deliveries: new MemoryDeliveryStore(tables),
    deliveryHistory: new MemoryDeliveryHistory(tables),
    languages: new MemoryLanguageStore(tables),
    verifierReports: new MemoryVerifierReportStore(),
    audit,
    ping: async () => {
      if (isClosed) throw new AuthError('unavailable', { storage: 'closed' })
    },
    close: async () => {
      isClosed = true
    },
  }
}
