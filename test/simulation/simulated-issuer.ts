import { setImmediate as turn } from 'node:timers/promises'
import { ForwardClock, type Platform } from 'countersign/core'
import type { LogEntry, Target } from 'countersign/revocation'
import { type Broker, FeedAuthority, Publisher, Relay, Revocations } from '../../packages/server/src/revocation/index.ts'
import { ServiceCredentials } from '../../packages/server/src/credential/index.ts'
import type { Audit } from '../../packages/server/src/audit/index.ts'
import { type Answer, createApp } from '../../packages/server/src/server/app.ts'
import { composeAudit } from '../../packages/server/src/server/audit-services.ts'
import { CrossOrigin } from '../../packages/server/src/server/browser/index.ts'
import { configFromOptions } from '../../packages/server/src/server/config.ts'
import { FeedStreams } from '../../packages/server/src/server/feed-stream.ts'
import { createLogger } from '../../packages/server/src/server/logger.ts'
import { operations } from '../../packages/server/src/server/route-table.ts'
import type { Services } from '../../packages/server/src/server/services.ts'
import { Telemetry } from '../../packages/server/src/server/telemetry/index.ts'
import { AccessTokenIssuer, RefreshTokens, Sessions, SessionTokens, type SignedIn } from '../../packages/server/src/session/index.ts'
import { type MasterSecret, SigningKeys } from '../../packages/server/src/signing/index.ts'
import type { Store } from '../../packages/server/src/store/index.ts'
import { accessTokenSeconds, bounds, issuer } from './world.ts'

export interface IssuerGround {
  /** What a process leaves behind when it dies: every commit stands in it. */
  readonly store: Store
  readonly secret: MasterSecret
  readonly platform: Platform
  readonly brokers: readonly Broker[]
}

const config = configFromOptions({ issuer })
const log = createLogger('silent')
const device = { name: undefined, userAgent: undefined, address: undefined }

/** One life of the server's process: its real domains, publisher and relays, over what is simulated around them. */
export class SimulatedIssuer {
  readonly #keys: SigningKeys
  readonly #audit: Audit
  readonly #publisher: Publisher
  readonly #relays: readonly Relay[]
  readonly #streams = new FeedStreams()
  readonly #sessions: Sessions
  readonly #revocations: Revocations
  readonly #store: Store
  readonly #answer: Answer

  private constructor(keys: SigningKeys, audit: Audit, { store, secret, platform, brokers }: IssuerGround) {
    this.#keys = keys
    this.#audit = audit
    this.#store = store
    const authority = new FeedAuthority({ issuer, log: store.log, keys, platform })
    this.#publisher = new Publisher({ log: store.log, authority, platform })
    this.#relays = brokers.map((broker) => new Relay({ publisher: this.#publisher, broker, platform }))
    this.#revocations = new Revocations({ log: store.log, keys, platform })
    this.#answer = createApp(operations, [], this.#services(authority, platform))
    const access = new AccessTokenIssuer({ issuer, audience: [issuer], keys, platform, lifeSeconds: accessTokenSeconds })
    this.#sessions = new Sessions({
      store: store.sessions,
      // Passwords are no part of this: whoever names a user is let in.
      authenticator: { requireRoom: () => undefined, authenticate: async (user) => ({ user, passwordGeneration: 1, amr: ['pwd'] }) },
      factors: { prove: async () => [] },
      tokens: new SessionTokens(access, new RefreshTokens(secret)),
      guard: { guard: (_, work) => work() },
      devices: { issue: () => 'cs_dev_' },
      platform,
    })
  }

  static async start(ground: IssuerGround): Promise<SimulatedIssuer> {
    const { store, secret } = ground
    // As the server does: what it signs never looks older than what it has signed before.
    const platform = { ...ground.platform, clock: new ForwardClock(ground.platform.clock) }
    const lives = { tokenLifeSeconds: accessTokenSeconds, clockSkewSeconds: bounds.skewSeconds }
    const keys = await SigningKeys.open({ store: store.keys, secret, platform, algorithm: 'ES256', ...lives })
    const { audit } = await composeAudit(store, { config, platform, log, secret })
    const started = new SimulatedIssuer(keys, audit, { ...ground, platform })
    await started.#publisher.start()
    for (const relay of started.#relays) relay.start()
    return started
  }

  kill(): void {
    this.#streams.endAll()
    for (const relay of this.#relays) relay.stop()
    this.#publisher.stop()
  }

  /** What verifiers ask over HTTP. */
  readonly answer = (request: Request): Promise<Response> => this.#answer(request, undefined, false)

  /** Time stands still meanwhile: signing takes threads, and so real turns. */
  async signIn(user: string): Promise<SignedIn> {
    let signedIn: SignedIn | undefined
    let problem: unknown
    this.#sessions.signIn({ email: user, password: '', device }).then(
      (done) => {
        signedIn = done
      },
      (error: unknown) => {
        problem = error
      },
    )
    while (signedIn === undefined && problem === undefined) await turn()
    if (signedIn === undefined) throw problem
    return signedIn
  }

  revoke(target: Target): Promise<LogEntry> {
    return this.#revocations.revoke({ target })
  }

  rotate(purpose: 'access-token' | 'feed'): Promise<void> {
    return this.#keys.rotate(purpose)
  }

  /** As the hourly job does. */
  async forget(now: number): Promise<void> {
    await this.#store.log.forget(now)
  }

  /** What the routes of a verifier use; of the others none is called. */
  #services(feedAuthority: FeedAuthority, platform: Platform): Services {
    const services: Partial<Services> & { readonly feedAuthority: FeedAuthority } = {
      config,
      platform,
      log,
      telemetry: new Telemetry(platform.clock),
      audit: this.#audit,
      keys: this.#keys,
      crossOrigin: new CrossOrigin([], issuer),
      credentials: new ServiceCredentials({ store: this.#store.services, platform }),
      feedAuthority,
      publisher: this.#publisher,
      feedStreams: this.#streams,
    }
    return services as Services
  }
}
