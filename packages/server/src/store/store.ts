import type { ReplayStore } from 'countersign/replay'
import type { FactorStore } from '../account/factor/factor-store.ts'
import type { FederationStore } from '../account/federation/federation-store.ts'
import type { LeaseStore } from '../account/lease/lease-store.ts'
import type { LinkStore } from '../account/link/link-store.ts'
import type { PasskeyStore } from '../account/passkey/passkey-store.ts'
import type { ThrottleStore } from '../account/throttle/throttle-store.ts'
import type { UserStore } from '../account/user-store.ts'
import type { AuditStore } from '../audit/index.ts'
import type { SealedSecretStore } from '../credential/sealed-secret-store.ts'
import type { CallerKeyStore } from '../credential/caller-key-store.ts'
import type { RoleStore } from '../credential/role-store.ts'
import type { ServiceCredentialStore } from '../credential/service-credential-store.ts'
import type { DeliveryHistory } from '../delivery/delivery-history.ts'
import type { DeliveryStore } from '../delivery/delivery-store.ts'
import type { EventLog } from '../delivery/event-log.ts'
import type { LanguageStore } from '../delivery/mail/language-store.ts'
import type { ClientInvitationStore } from '../oauth/client-invitation-store.ts'
import type { OAuthClientStore } from '../oauth/client-store.ts'
import type { OAuthStore } from '../oauth/oauth-store.ts'
import type { SessionClientStore } from '../oauth/session-client-store.ts'
import type { LogHistory } from '../revocation/log-history.ts'
import type { LogStore } from '../revocation/log-store.ts'
import type { VerifierReportStore } from '../revocation/verifier-report/index.ts'
import type { DeviceStore } from '../session/device-store.ts'
import type { ElevationStore } from '../session/elevation-store.ts'
import type { SessionDirectory } from '../session/session-directory.ts'
import type { SessionStore } from '../session/session-store.ts'
import type { TrustRuleStore } from '../session/workload/trust-rule-store.ts'
import type { KeyStore } from '../signing/key-store.ts'

/** Every port on one database. */
export interface Store {
  readonly log: LogStore
  /** The log as operators look at it. */
  readonly logHistory: LogHistory
  readonly keys: KeyStore
  readonly users: UserStore
  readonly factors: FactorStore
  readonly passkeys: PasskeyStore
  readonly federation: FederationStore
  readonly links: LinkStore
  readonly sessions: SessionStore
  /** The same, as operators look at them. */
  readonly sessionDirectory: SessionDirectory
  readonly elevations: ElevationStore
  readonly roles: RoleStore
  readonly leases: LeaseStore
  readonly devices: DeviceStore
  readonly services: ServiceCredentialStore
  readonly trustRules: TrustRuleStore
  readonly callerKeys: CallerKeyStore
  readonly sealedSecrets: SealedSecretStore
  readonly oauth: OAuthStore
  readonly oauthClients: OAuthClientStore
  readonly clientInvitations: ClientInvitationStore
  readonly sessionClients: SessionClientStore
  readonly replay: ReplayStore
  readonly throttle: ThrottleStore
  /** The log once more, with what stands behind its entries. */
  readonly events: EventLog
  readonly deliveries: DeliveryStore
  /** The same, as people look at it. */
  readonly deliveryHistory: DeliveryHistory
  readonly languages: LanguageStore
  /** What verifiers have told: for operators, and lost without harm. */
  readonly verifierReports: VerifierReportStore
  /** Who has done what. */
  readonly audit: AuditStore
  /** Proves that the database can be read and written to right now. @throws {AuthError} `unavailable`. */
  ping(): Promise<void>
  /** Commits what is under way, then lets go of the database. */
  close(): Promise<void>
}

export interface StoreOptions {
  /** How long a cut-off matters: the longest access-token life plus clock skew. */
  readonly cutoffLifeMs: number
}

/** Told what a database does, for whoever measures it. Nothing of it may throw. */
export interface StoreObserver {
  /** A transaction is asked for. Answers with what is told when it has ended. */
  transaction(kind: 'read' | 'write'): (failed: boolean) => void
  /** So many units of work were committed together. */
  group(units: number): void
  /** A connection is wanted. Answers with what is told when it is there, or is not to be had. */
  connection(): () => void
}
