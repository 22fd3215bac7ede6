import type { Platform } from 'countersign/core'
import type { Logger } from 'pino'
import type { TotpFactors } from '../account/factor/index.ts'
import type { Accounts } from '../account/index.ts'
import type { OpaqueRegistration, OpaqueSignIn } from '../account/opaque/index.ts'
import type {
  AccessKeySealing,
  AccessKeys,
  DeviceKeys,
  KeyRecords,
  RoleScopes,
  ServiceCredentials,
  SessionKeys,
  TemporaryCredentials,
} from '../credential/index.ts'
import type { Polling, SecurityEventStreams, Transmitter } from '../delivery/index.ts'
import type { FeedAuthority, Publisher, Revocations, SecurityEventReceiver, StatusLists } from '../revocation/index.ts'
import type { AccessTokenIssuer, Sessions, TokenInspection } from '../session/index.ts'
import type { SigningKeys } from '../signing/index.ts'
import type { Store } from '../store/store.ts'
import type { ServerConfig } from './config.ts'
import type { FeedStreams } from './feed-stream.ts'
import type { OwnProofs } from './own-proofs.ts'
import type { OwnVerifier } from './own-verifier.ts'

/** Everything that a route or a job may use. Made in `compose.ts`. */
export interface Services {
  readonly config: ServerConfig
  readonly platform: Platform
  readonly log: Logger
  readonly store: Store
  readonly keys: SigningKeys
  readonly accounts: Accounts
  readonly factors: TotpFactors
  readonly sessions: Sessions
  readonly credentials: ServiceCredentials
  readonly accessKeys: AccessKeys
  readonly accessKeySealing: AccessKeySealing
  readonly keyRecords: KeyRecords
  readonly temporaryCredentials: TemporaryCredentials
  readonly deviceKeys: DeviceKeys
  readonly roleScopes: RoleScopes
  readonly sessionKeys: SessionKeys
  readonly opaqueSignIn: OpaqueSignIn
  readonly opaqueRegistration: OpaqueRegistration
  readonly accessTokens: AccessTokenIssuer
  readonly revocations: Revocations
  readonly feedAuthority: FeedAuthority
  readonly publisher: Publisher
  readonly feedStreams: FeedStreams
  readonly verifier: OwnVerifier
  readonly proofs: OwnProofs
  readonly inspection: TokenInspection
  /** Undefined where no transmitter is configured. */
  readonly securityEvents: SecurityEventReceiver | undefined
  /** What we tell others of. */
  readonly streams: SecurityEventStreams
  readonly polling: Polling
  readonly transmitter: Transmitter
  /** Undefined where access tokens do not name a list. */
  readonly statusLists: StatusLists | undefined
  readonly openApi: Readonly<Record<string, unknown>>
}
