import { type ApiKeySource, type CookieSource, createVerifier, unsafeAllowHttp } from 'countersign'
import { ForwardClock, type Platform, systemPlatform } from 'countersign/core'
import type { JwsAlgorithm } from 'countersign/crypto'
import { createInProcessFeed } from 'countersign/feed'
import type { Logger } from 'pino'
import { Accounts } from '../account/index.ts'
import { Links } from '../account/link/index.ts'
import { type KeyRecords, ServiceCredentials } from '../credential/index.ts'
import { composeAccessKeys } from './access-key-services.ts'
import { composeApiKeys } from './api-key-services.ts'
import { FeedAuthority, type ForeignEnding, Publisher, Revocations, SecurityEventReceiver, StatusLists } from '../revocation/index.ts'
import {
  AccessTokenIssuer,
  OpaqueTokens,
  RefreshTokens,
  type SessionEvent,
  Sessions,
  SessionTokens,
  StepUp,
  TokenExchange,
  TokenInspection,
  enrolmentAudience,
} from '../session/index.ts'
import { type MasterSecret, SigningKeys } from '../signing/index.ts'
import type { Store } from '../store/index.ts'
import { type Answer, createApp } from './app.ts'
import { composeAudit } from './audit-services.ts'
import { composeBrowser } from './browser-services.ts'
import type { ServerConfig } from './config.ts'
import { composeDelivery } from './delivery.ts'
import { composeDevices, composeKnownDevices } from './device-services.ts'
import { composeFactors, type FactorServices } from './factor-services.ts'
import { composeFederation } from './federation-services.ts'
import { openRelay } from './feed-relay.ts'
import { composeLeases } from './lease-services.ts'
import { composeLinks } from './link-services.ts'
import { composeMail, languageNoting } from './mail-services.ts'
import { FeedStreams } from './feed-stream.ts'
import { createLogger } from './logger.ts'
import { openLogouts } from './logout-services.ts'
import { allPages } from './page/all-pages.ts'
import { composeOAuth } from './oauth-services.ts'
import { composeOpaque } from './opaque-services.ts'
import { composeRevocationHistory } from './revocation-services.ts'
import { composeSecretRotation } from './secret-services.ts'
import { Telemetry } from './telemetry/index.ts'
import { observedPlatform, observedStore, openHasher } from './telemetry-services.ts'
import { composeThrottle } from './throttle-services.ts'
import { composeTrust } from './trust-services.ts'
import { openApiOnDemand } from './openapi.ts'
import { ownAccessKeys } from './own-access-keys.ts'
import { OwnKeys } from './own-keys.ts'
import { OwnProofs, PROOF_SECONDS } from './own-proofs.ts'
import { heardAfterOthers, ObservedFeed, OwnVerifier } from './own-verifier.ts'
import { CLOCK_SKEW_SECONDS, LONGEST_TOKEN_SECONDS, type OpenOptions, openStore } from './open-store.ts'
import { operations } from './route-table.ts'
import { composePages } from './page-services.ts'
import { passwordPolicy } from './password-rules.ts'
import { developmentSecret } from './secret-file.ts'
import { MAX_BODY_BYTES } from './request-body.ts'
import type { Services } from './services.ts'
import { version } from './version.ts'
import { composeVerifierReports } from './verifier-report-services.ts'
import { announcements } from './webhook-services.ts'

/** Our own copy of the log is loaded before we serve: of ten million cut-offs that takes a minute on a slow machine. */
const OWN_REPLICA_TIMEOUT_SECONDS = 300

/** What stands behind the configuration; tests bring their own. */
export interface Surroundings {
  readonly platform?: Platform
  readonly log?: Logger
  /** This process is over in a moment. What would be kept in its memory alone is left to a server: the mail of development. */
  readonly isBrief?: boolean
  /** Mails that anybody may ask for go out at once: see `MailQueue`. For tests, which own the clock. */
  readonly sendsMailAtOnce?: boolean
  /** How long a PostgreSQL may take. For tests, on machines that have a lot to do. */
  readonly patience?: OpenOptions['patience']
}

export interface Composition {
  readonly services: Services
  readonly answer: Answer
  /** Ends feeds and the publisher, then lets go of the database. */
  close(): Promise<void>
}

/** The only place that knows every part. */
export async function compose(config: ServerConfig, surroundings: Surroundings = {}): Promise<Composition> {
  const steady = steadied(surroundings.platform ?? systemPlatform)
  const telemetry = new Telemetry(steady.clock)
  const platform = observedPlatform(steady, telemetry)
  const log = surroundings.log ?? createLogger(config.logLevel)
  const secret = config.secret ?? developmentSecret(config.database, platform.random)
  const store = await openStore(config, platform.clock, { observer: telemetry.database, patience: surroundings.patience })
  try {
    const { isBrief = false, sendsMailAtOnce = false } = surroundings
    return await composeOn(observedStore(store, telemetry), { config, platform, log, secret, telemetry, isBrief, sendsMailAtOnce })
  } catch (error) {
    await store.close()
    throw error
  }
}

/** A machine whose clock is set back must not make what it signs look older than what it signed before. */
const steadied = (platform: Platform): Platform => ({ ...platform, clock: new ForwardClock(platform.clock) })

interface Ground {
  readonly config: ServerConfig
  readonly platform: Platform
  readonly log: Logger
  readonly secret: MasterSecret
  readonly telemetry: Telemetry
}

interface OwnGround extends Ground {
  readonly isBrief: boolean
  readonly sendsMailAtOnce: boolean
}

async function composeOn(
  store: Store,
  { config, platform, log, secret, telemetry, isBrief, sendsMailAtOnce }: OwnGround,
): Promise<Composition> {
  const { issuer } = config
  const audited = await composeAudit(store, { config, platform, log, secret })
  const keys = await SigningKeys.open({
    store: store.keys,
    secret,
    platform,
    algorithm: config.algorithm,
    tokenLifeSeconds: LONGEST_TOKEN_SECONDS,
    clockSkewSeconds: CLOCK_SKEW_SECONDS,
  })
  const authority = new FeedAuthority({ issuer, log: store.log, keys, platform })
  const verifierReports = composeVerifierReports(store, { config, platform, log })
  const publisher = new Publisher({
    log: store.log,
    authority,
    platform,
    onFailure: (error) => log.warn({ err: error }, 'the log could not be published'),
    onTold: (told) => {
      telemetry.told(told)
      verifierReports.told(told)
    },
  })
  const opaque = new OpaqueTokens(secret, platform.random)
  const statusLists = config.statusList ? new StatusLists({ issuer, keys, secret, platform }) : undefined
  const { courier, ...mailing } = await composeMail(store, { config, platform, isBrief, sendsMailAtOnce })
  const people = await composePeople(store, { config, platform, log, secret, telemetry }, { keys, opaque, statusLists, mail: mailing.mail })
  const links = new Links({ store: store.links, platform })
  const relay = openRelay(config, { publisher, platform, log })
  const feedStreams = new FeedStreams()
  // Of the master secret, so that every server takes the nonces of the others.
  const nonceKeys = config.dpopNonces ? secret.purposeKeys('dpop-nonce/1').map(({ key }) => key) : undefined
  const accessKeys = composeAccessKeys(store, { config, platform, secret })
  const apiKeys = await composeApiKeys(store, { platform, secret, roleScopes: accessKeys.roleScopes })
  const { cookieSource, ...browser } = composeBrowser({ config, platform, secret })
  const verifier = composeVerifier(store, {
    cookieSource,
    config,
    log,
    platform,
    keys,
    opaque,
    publisher,
    feedStreams,
    statusLists,
    nonceKeys,
    keyRecords: accessKeys.keyRecords,
    apiKeySource: apiKeys.apiKeySource,
  })
  const revocations = new Revocations({
    log: store.log,
    keys,
    platform,
    onRevoked: ({ entry: { position, target, mode }, reason }) => log.info({ position, target, mode, reason }, 'revoked'),
  })
  const { securityEventTransmitters: transmitters } = config
  const federated = composeFederation(store, { config, platform, log, secret })
  const endSignIns = (ending: ForeignEnding): Promise<void> => federated.federation.endUpstream(ending)
  const mailCourier = courier(links)
  await openLogouts(config, store, platform)
  const delivery = composeDelivery({ config, store, keys, secret, platform, log, mailCourier, mail: mailing.mail, telemetry })
  const { start: _start, stop: _stop, mayCall, read, ...told } = delivery
  const inspection = new TokenInspection({
    issuer,
    algorithms: algorithmsOf(config, keys),
    keys: new OwnKeys(keys),
    opaque,
    sessions: people.sessions,
    log: () => verifier.caughtUp(),
    clockToleranceSeconds: CLOCK_SKEW_SECONDS,
  })
  const services: Services = {
    config,
    platform,
    log,
    telemetry,
    store,
    ...audited,
    keys,
    ...people,
    credentials: new ServiceCredentials({ store: store.services, platform }),
    ...accessKeys,
    ...apiKeys,
    secretRotation: composeSecretRotation(store, { platform, secret, keys, ...audited, ...people, ...accessKeys, ...apiKeys }),
    ...composeOpaque(store, { config, platform, secret }, { ...people, ...accessKeys }),
    revocations,
    ...composeRevocationHistory(store, { config, platform, ...audited }),
    securityEvents:
      transmitters.length === 0
        ? undefined
        : new SecurityEventReceiver({ transmitters, revocations, endSignIns, replay: store.replay, platform }),
    feedAuthority: authority,
    publisher,
    verifierReports,
    feedStreams,
    verifier,
    proofs: new OwnProofs({ issuer, replay: store.replay, platform, clockToleranceSeconds: CLOCK_SKEW_SECONDS, nonceKeys }),
    inspection,
    tokenExchange: new TokenExchange({
      rules: config.tokenExchanges,
      audience: config.audience,
      inspection,
      issuer: people.accessTokens,
      platform,
    }),
    ...composeTrust(store, { config, platform }, { ...people, mayCall, read }),
    ...told,
    ...mailing,
    ...composeLinks(store, { ...people, ...mailing, links, platform, secret, config }),
    statusLists,
    ...browser,
    ...composeDevices(store, { config, platform, log }),
    ...composePages({ config, platform, secret }),
    ...federated,
    ...(await composeOAuth(
      store,
      { config, platform, secret, log, telemetry },
      { ...people, ...accessKeys, keys, inspection, revocations, mayCall },
    )),
    openApi: openApiOnDemand(operations, issuer, version),
  }
  const close = async (): Promise<void> => {
    services.verifier.close()
    feedStreams.endAll()
    relay?.stop()
    publisher.stop()
    verifierReports.stop()
    await delivery.stop()
    // What is lost of it is lost; the database may be what fails.
    await services.apiKeyUses.flush().catch(() => undefined)
    await services.audit.stop().catch(() => undefined)
    await store.close()
  }
  try {
    await services.roles.reserveConfigured()
    await publisher.start()
    await services.verifier.ready()
    relay?.start()
    delivery.start()
  } catch (error) {
    await close()
    throw error
  }
  return { services, answer: createApp(operations, allPages(config), services), close }
}

async function composePeople(
  store: Store,
  { config, platform, log, secret, telemetry }: Ground,
  { keys, opaque, statusLists, mail }: Pick<VerifierGround, 'keys' | 'opaque' | 'statusLists'> & Pick<Services, 'mail'>,
): Promise<FactorServices & Pick<Services, 'accounts' | 'leases' | 'sessions' | 'stepUp' | 'accessTokens' | 'throttle' | 'deviceTokens'>> {
  const [first = config.issuer, ...rest] = config.audience
  const access = new AccessTokenIssuer({
    issuer: config.issuer,
    audience: [first, ...rest],
    keys,
    platform,
    lifeSeconds: config.accessTokenSeconds,
    needsSecondFactor: config.secondFactor === 'required',
    ...(config.accessTokenForm === 'opaque' ? { opaque } : {}),
    ...(statusLists === undefined ? {} : { statusOf: (facts) => statusLists.placeFor(facts) }),
    roleScopes: config.roleScopes,
    onIssued: (grant) => telemetry.tokenIssued(grant),
  })
  const tokens = new SessionTokens(access, new RefreshTokens(secret))
  const hasher = await openHasher({ config, platform, telemetry })
  const policy = passwordPolicy({ config, platform, log })
  const { throttle, deviceTokens } = composeThrottle(store, { config, platform, secret, telemetry })
  const { ofUser, ofSession } = announcements(platform)
  const accounts = new Accounts({ store: store.users, hasher, policy, tokens, guard: throttle, mail, platform, announce: ofUser })
  const { secondFactors, ...factors } = composeFactors(store, { config, platform, log, secret })
  const proving = { store: store.sessions, authenticator: accounts, factors: secondFactors, tokens, guard: throttle, platform }
  const leases = composeLeases(store, { hasher, platform, log })
  const noteLanguage = languageNoting(store, log)
  const onEvent = (event: SessionEvent): void => {
    log.info({ event: event.type, session: event.session, user: event.user }, 'session')
    telemetry.sessionEvent(event)
    noteLanguage(event)
  }
  const sessions = new Sessions({
    ...proving,
    devices: deviceTokens,
    limits: leases,
    knownDevices: composeKnownDevices(store, { platform, secret }, mail),
    policy: {
      idleLimitSeconds: config.sessionIdleSeconds,
      absoluteLimitSeconds: config.sessionSeconds,
      overlapSeconds: config.refreshOverlapSeconds,
      single: config.singleSession,
    },
    onEvent,
    onRefresh: (outcome) => telemetry.refreshed(outcome),
    announce: ofSession,
  })
  const stepUp = new StepUp({ ...proving, onEvent })
  return { accounts, leases, ...factors, sessions, stepUp, throttle, deviceTokens, accessTokens: access }
}

/** Of the keys that are out there, so that a change of algorithm refuses no living token. */
function algorithmsOf(config: ServerConfig, keys: SigningKeys): readonly JwsAlgorithm[] {
  const published = [...keys.published('access-token'), ...keys.published('feed')].map(({ alg }) => alg)
  return [...new Set([config.algorithm, ...published])]
}

interface VerifierGround {
  readonly config: ServerConfig
  readonly log: Logger
  readonly platform: Platform
  readonly keys: SigningKeys
  readonly opaque: OpaqueTokens
  readonly publisher: Publisher
  readonly feedStreams: FeedStreams
  readonly statusLists: StatusLists | undefined
  readonly nonceKeys: readonly Uint8Array[] | undefined
  readonly cookieSource: CookieSource
  readonly keyRecords: KeyRecords
  readonly apiKeySource: ApiKeySource
}

/** Our own API is guarded by the library's verifier, over a feed that never leaves the process. */
function composeVerifier(
  store: Store,
  {
    config,
    log,
    platform,
    keys,
    opaque,
    publisher,
    feedStreams,
    statusLists,
    nonceKeys,
    cookieSource,
    keyRecords,
    apiKeySource,
  }: VerifierGround,
): OwnVerifier {
  const feed = new ObservedFeed(createInProcessFeed(heardAfterOthers(publisher)), (entry) => {
    // Whoever reads the feed stops reading it when its credential is gone, whichever server removed it.
    if (entry.kind === 'credential' && entry.target.kind === 'key') feedStreams.end(entry.target.id)
    statusLists?.apply(entry)
  })
  const verifier = createVerifier({
    issuer: config.issuer,
    // `callerOf` holds those of the second apart.
    audience: [config.audience[0] ?? config.issuer, enrolmentAudience(config.issuer)],
    algorithms: algorithmsOf(config, keys),
    platform,
    cookie: cookieSource,
    origin: [config.issuer, ...(config.mtlsUrl === undefined ? [] : [config.mtlsUrl])].map((url) => new URL(url).origin),
    possession: { replay: store.replay, proofSeconds: PROOF_SECONDS, nonces: nonceKeys === undefined ? false : { keys: nonceKeys } },
    signedRequests: {
      // A store that forgets with its process forgets the keys as well: nothing that was signed before is good any more.
      replay: { claim: (scope, id, expiresAt) => store.replay.claim(scope, id, expiresAt) },
      keys: ownAccessKeys(keyRecords),
      // No links: whoever reads a log could call the API of accounts.
      forms: ['http-message', 'sigv4', 'hawk', 'jwt'],
      bodyLimitBytes: MAX_BODY_BYTES,
    },
    apiKeys: { keys: apiKeySource },
    feed,
    keys: new OwnKeys(keys),
    // What an opaque token says; whether it still holds is for the log to say, as with any other.
    authority: { introspect: async (token) => opaque.open(token) },
    clockToleranceSeconds: CLOCK_SKEW_SECONDS,
    onDecision: (decision) => log.debug({ decision }, 'decided'),
    readyTimeoutSeconds: OWN_REPLICA_TIMEOUT_SECONDS,
    // Nothing of this travels: keys and feed are in this process, whatever the issuer is called.
    [unsafeAllowHttp]: true,
  })
  return new OwnVerifier(verifier, feed, store.log)
}
