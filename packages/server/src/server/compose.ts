import { createVerifier, unsafeAllowHttp } from 'countersign'
import { ForwardClock, type Platform, systemPlatform } from 'countersign/core'
import { createInProcessFeed } from 'countersign/feed'
import type { Logger } from 'pino'
import { Accounts, PasswordHasher } from '../account/index.ts'
import { ServiceCredentials } from '../credential/index.ts'
import { FeedAuthority, Publisher, Revocations } from '../revocation/index.ts'
import { AccessTokenIssuer, RefreshTokens, Sessions, SessionTokens } from '../session/index.ts'
import { type MasterSecret, SigningKeys } from '../signing/index.ts'
import { createMemoryStore, openSqliteStore, type Store } from '../store/index.ts'
import { type Answer, createApp } from './app.ts'
import type { ServerConfig } from './config.ts'
import { FeedStreams } from './feed-stream.ts'
import { createLogger } from './logger.ts'
import { openApiDocument } from './openapi.ts'
import { OwnKeys } from './own-keys.ts'
import { ObservedFeed, OwnVerifier } from './own-verifier.ts'
import { operations } from './route-table.ts'
import { makeDataFolder, secretFromFile } from './secret-file.ts'
import type { Services } from './services.ts'
import { version } from './version.ts'

/**
 * No access token lives longer, whatever the configuration of the day says: one that was issued before the life was
 * shortened must find its cut-off, and its key, as long as it lives.
 */
const LONGEST_TOKEN_SECONDS = 3600
const CLOCK_SKEW_SECONDS = 5

/** What stands behind the configuration; tests bring their own. */
export interface Surroundings {
  readonly platform?: Platform
  readonly log?: Logger
}

export interface Composition {
  readonly services: Services
  readonly answer: Answer
  /** Ends feeds and the publisher, then lets go of the database. */
  close(): Promise<void>
}

/** The only place that knows every part. */
export async function compose(config: ServerConfig, surroundings: Surroundings = {}): Promise<Composition> {
  const platform = steadied(surroundings.platform ?? systemPlatform)
  const log = surroundings.log ?? createLogger(config.logLevel)
  const secret = config.secret ?? developmentSecret(config, platform)
  const store = await openStore(config, platform)
  try {
    return await composeOn(store, { config, platform, log, secret })
  } catch (error) {
    await store.close()
    throw error
  }
}

/** A machine whose clock is set back must not make what it signs look older than what it signed before. */
const steadied = (platform: Platform): Platform => ({ ...platform, clock: new ForwardClock(platform.clock) })

function developmentSecret({ database }: ServerConfig, platform: Platform): MasterSecret {
  if (database.kind === 'memory') throw new Error('A database in memory needs COUNTERSIGN_SECRET: there is no folder to keep one in.')
  makeDataFolder(database.path)
  return secretFromFile(database.path, platform.random)
}

async function openStore({ database }: ServerConfig, { clock }: Platform): Promise<Store> {
  const cutoffLifeMs = (LONGEST_TOKEN_SECONDS + CLOCK_SKEW_SECONDS) * 1000
  return database.kind === 'memory'
    ? createMemoryStore({ clock, cutoffLifeMs })
    : openSqliteStore({ path: database.path, clock, cutoffLifeMs })
}

interface Ground {
  readonly config: ServerConfig
  readonly platform: Platform
  readonly log: Logger
  readonly secret: MasterSecret
}

async function composeOn(store: Store, { config, platform, log, secret }: Ground): Promise<Composition> {
  const { issuer } = config
  const keys = await SigningKeys.open({
    store: store.keys,
    secret,
    platform,
    algorithm: config.algorithm,
    tokenLifeSeconds: LONGEST_TOKEN_SECONDS,
    clockSkewSeconds: CLOCK_SKEW_SECONDS,
  })
  const authority = new FeedAuthority({ issuer, log: store.log, keys, platform })
  const publisher = new Publisher({
    log: store.log,
    authority,
    platform,
    onFailure: (error) => log.warn({ err: error }, 'the log could not be published'),
  })
  const people = await composePeople(store, { config, platform, log, secret }, keys)
  const feedStreams = new FeedStreams()
  const services: Services = {
    config,
    platform,
    log,
    store,
    keys,
    ...people,
    credentials: new ServiceCredentials({ store: store.services, platform }),
    revocations: new Revocations({ log: store.log, keys, platform }),
    publisher,
    feedStreams,
    verifier: composeVerifier(store, { config, platform, keys, publisher, feedStreams }),
    openApi: openApiDocument(operations, issuer, version),
  }
  const close = async (): Promise<void> => {
    services.verifier.close()
    feedStreams.endAll()
    publisher.stop()
    await store.close()
  }
  try {
    await publisher.start()
    await services.verifier.ready()
  } catch (error) {
    await close()
    throw error
  }
  return { services, answer: createApp(operations, services), close }
}

async function composePeople(
  store: Store,
  { config, platform, log, secret }: Ground,
  keys: SigningKeys,
): Promise<Pick<Services, 'accounts' | 'sessions'>> {
  const [first = config.issuer, ...rest] = config.audience
  const access = new AccessTokenIssuer({
    issuer: config.issuer,
    audience: [first, ...rest],
    keys,
    platform,
    lifeSeconds: config.accessTokenSeconds,
    roleScopes: config.roleScopes,
  })
  const tokens = new SessionTokens(access, new RefreshTokens(secret))
  const cost = { memoryKib: config.passwordMemoryKib, passes: config.passwordPasses, parallelism: 1 }
  const hasher = await PasswordHasher.open({ cost, random: platform.random })
  const accounts = new Accounts({ store: store.users, hasher, tokens, platform })
  const sessions = new Sessions({
    store: store.sessions,
    authenticator: accounts,
    tokens,
    platform,
    policy: {
      idleLimitSeconds: config.sessionIdleSeconds,
      absoluteLimitSeconds: config.sessionSeconds,
      overlapSeconds: config.refreshOverlapSeconds,
      single: config.singleSession,
    },
    onEvent: (event) => log.info({ event: event.type, session: event.session, user: event.user }, 'session'),
  })
  return { accounts, sessions }
}

interface VerifierGround {
  readonly config: ServerConfig
  readonly platform: Platform
  readonly keys: SigningKeys
  readonly publisher: Publisher
  readonly feedStreams: FeedStreams
}

/** Our own API is guarded by the library's verifier, over a feed that never leaves the process. */
function composeVerifier(store: Store, { config, platform, keys, publisher, feedStreams }: VerifierGround): OwnVerifier {
  const feed = new ObservedFeed(createInProcessFeed(publisher), (entry) => {
    // Whoever reads the feed stops reading it when its credential is gone, whichever server removed it.
    if (entry.kind === 'credential' && entry.target.kind === 'key') feedStreams.end(entry.target.id)
  })
  const published = [...keys.published('access-token'), ...keys.published('feed')].map(({ alg }) => alg)
  const verifier = createVerifier({
    issuer: config.issuer,
    audience: config.audience[0] ?? config.issuer,
    algorithms: [...new Set([config.algorithm, ...published])],
    platform,
    feed,
    keys: new OwnKeys(keys),
    clockToleranceSeconds: CLOCK_SKEW_SECONDS,
    // Nothing of this travels: keys and feed are in this process, whatever the issuer is called.
    [unsafeAllowHttp]: true,
  })
  return new OwnVerifier(verifier, feed, store.log)
}
