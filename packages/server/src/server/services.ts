import type { Platform } from 'countersign/core'
import type { Logger } from 'pino'
import type { Accounts } from '../account/index.ts'
import type { ServiceCredentials } from '../credential/index.ts'
import type { Publisher, Revocations, SecurityEventReceiver, StatusLists } from '../revocation/index.ts'
import type { Sessions, TokenInspection } from '../session/index.ts'
import type { SigningKeys } from '../signing/index.ts'
import type { Store } from '../store/store.ts'
import type { ServerConfig } from './config.ts'
import type { FeedStreams } from './feed-stream.ts'
import type { OwnVerifier } from './own-verifier.ts'

/** Everything that a route or a job may use. Made in `compose.ts`. */
export interface Services {
  readonly config: ServerConfig
  readonly platform: Platform
  readonly log: Logger
  readonly store: Store
  readonly keys: SigningKeys
  readonly accounts: Accounts
  readonly sessions: Sessions
  readonly credentials: ServiceCredentials
  readonly revocations: Revocations
  readonly publisher: Publisher
  readonly feedStreams: FeedStreams
  readonly verifier: OwnVerifier
  readonly inspection: TokenInspection
  /** Undefined where no transmitter is configured. */
  readonly securityEvents: SecurityEventReceiver | undefined
  /** Undefined where access tokens do not name a list. */
  readonly statusLists: StatusLists | undefined
  readonly openApi: Readonly<Record<string, unknown>>
}
