import type { ApiKeySource } from 'countersign'
import type { Platform } from 'countersign/core'
import type { PublicJwk } from 'countersign/key'
import type { Logger } from 'pino'
import type { RecoveryCodes, TotpFactors, TotpSealing } from '../account/factor/index.ts'
import type { Accounts } from '../account/index.ts'
import type { Leases } from '../account/lease/index.ts'
import type { Disowning, EmailAddresses, Links, MagicLinks, PasswordResets } from '../account/link/index.ts'
import type { OpaqueRegistration, OpaqueSignIn } from '../account/opaque/index.ts'
import type { PasskeySignIn, Passkeys } from '../account/passkey/index.ts'
import type { DeviceTokens, Throttle } from '../account/throttle/index.ts'
import type {
  AccessKeySealing,
  AccessKeys,
  ApiKeys,
  ApiKeyUses,
  DeviceKeys,
  KeyRecords,
  Roles,
  RoleScopes,
  ServiceCredentials,
  SessionKeys,
  TemporaryCredentials,
} from '../credential/index.ts'
import type {
  MailQueue,
  Outbox,
  Polling,
  SecurityEventStreams,
  Transmitter,
  WebhookDeliveries,
  WebhookEndpoints,
} from '../delivery/index.ts'
import type { AuthorizationServer, ClientInvitations, ClientRegistrations, OAuthClients } from '../oauth/index.ts'
import type { FeedAuthority, Publisher, RevocationHistory, Revocations, SecurityEventReceiver, StatusLists } from '../revocation/index.ts'
import type { TrustRules, WorkloadTokens } from '../session/workload/index.ts'
import type { AccessTokenIssuer, Elevations, Sessions, StepUp, TokenExchange, TokenInspection } from '../session/index.ts'
import type { VerifierReports } from '../revocation/verifier-report/index.ts'
import type { SecretRotation, SigningKeys } from '../signing/index.ts'
import type { Audit, AuditChain, AuditTrail } from '../audit/index.ts'
import type { Store } from '../store/store.ts'
import type { CrossOrigin, CsrfGuard, SessionCookies } from './browser/index.ts'
import type { FederationServices } from './federation-services.ts'
import type { ServerConfig } from './config.ts'
import type { FeedStreams } from './feed-stream.ts'
import type { OwnProofs } from './own-proofs.ts'
import type { OwnVerifier } from './own-verifier.ts'
import type { Places } from './places.ts'
import type { Telemetry } from './telemetry/index.ts'
import type { Site } from './page/site.ts'

/** Everything that a route or a job may use. Made in `compose.ts`. */
export interface Services {
  readonly config: ServerConfig
  readonly platform: Platform
  readonly log: Logger
  /** Is told what happens, and says nothing to it. */
  readonly telemetry: Telemetry
  readonly store: Store
  /** Who has done what. */
  readonly audit: Audit
  readonly auditTrail: AuditTrail
  readonly auditChain: AuditChain
  readonly keys: SigningKeys
  /** What hangs on which master secret. */
  readonly secretRotation: SecretRotation
  readonly accounts: Accounts
  readonly factors: TotpFactors
  readonly totpSealing: TotpSealing
  readonly recoveryCodes: RecoveryCodes
  readonly passkeys: Passkeys
  readonly passkeySignIn: PasskeySignIn
  readonly sessions: Sessions
  readonly stepUp: StepUp
  readonly elevations: Elevations
  /** Test users, lent for a while. */
  readonly leases: Leases
  readonly places: Places
  readonly throttle: Throttle
  readonly deviceTokens: DeviceTokens
  readonly credentials: ServiceCredentials
  readonly accessKeys: AccessKeys
  readonly accessKeySealing: AccessKeySealing
  readonly keyRecords: KeyRecords
  readonly apiKeys: ApiKeys
  readonly apiKeyUses: ApiKeyUses
  /** In base64url: what services know made-up keys by. */
  readonly apiKeyMark: string
  readonly apiKeySource: ApiKeySource
  readonly temporaryCredentials: TemporaryCredentials
  readonly deviceKeys: DeviceKeys
  /** Of the configuration. */
  readonly roleScopes: RoleScopes
  readonly roles: Roles
  readonly sessionKeys: SessionKeys
  readonly opaqueSignIn: OpaqueSignIn
  readonly opaqueRegistration: OpaqueRegistration
  readonly accessTokens: AccessTokenIssuer
  readonly revocations: Revocations
  /** Revocations as operators look at them. */
  readonly revocationHistory: RevocationHistory
  readonly feedAuthority: FeedAuthority
  readonly publisher: Publisher
  /** What verifiers tell of themselves, for operators. */
  readonly verifierReports: VerifierReports
  readonly feedStreams: FeedStreams
  readonly verifier: OwnVerifier
  readonly proofs: OwnProofs
  readonly inspection: TokenInspection
  readonly tokenExchange: TokenExchange
  /** Whose tokens are taken for which service, and what they bring. */
  readonly trustRules: TrustRules
  readonly workloadTokens: WorkloadTokens
  /** Undefined where no transmitter is configured. */
  readonly securityEvents: SecurityEventReceiver | undefined
  /** What we tell others of. */
  readonly streams: SecurityEventStreams
  readonly polling: Polling
  readonly transmitter: Transmitter
  readonly webhookEndpoints: WebhookEndpoints
  readonly webhookDeliveries: WebhookDeliveries
  /** Public: of the webhooks that are signed with the server's own key. The first signs, the others did. */
  readonly webhookKeys: readonly PublicJwk[]
  readonly mail: MailQueue
  readonly links: Links
  readonly passwordResets: PasswordResets
  readonly magicLinks: MagicLinks
  readonly emailAddresses: EmailAddresses
  /** "This was not me." */
  readonly disowning: Disowning
  /** Where mail ends in development; undefined where it is sent, or there is none. */
  readonly outbox: Outbox | undefined
  /** Undefined where access tokens do not name a list. */
  readonly statusLists: StatusLists | undefined
  readonly federation: FederationServices['federation']
  readonly federationCookies: FederationServices['federationCookies']
  readonly sessionCookies: SessionCookies
  readonly csrf: CsrfGuard
  readonly crossOrigin: CrossOrigin
  /** What the hosted pages have in common. */
  readonly site: Site
  readonly oauthClients: OAuthClients
  readonly clientInvitations: ClientInvitations
  /** Undefined where clients do not register by themselves. */
  readonly clientRegistrations: ClientRegistrations | undefined
  /** Undefined where it is not switched on. */
  readonly oauth: AuthorizationServer | undefined
  readonly openApi: () => Readonly<Record<string, unknown>>
}
