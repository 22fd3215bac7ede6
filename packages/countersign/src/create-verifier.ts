import { createIntrospection, createIssuerKeys, createSseFeed, fetchSnapshot, type IssuerKeys, RemoteJwks } from './feed/index.ts'
import { ForeignCutoffs, Replica } from './revocation/index.ts'
import {
  ForeignIssuers,
  IssuerConnection,
  IssuerQuestions,
  LocalVerifier,
  type LogFeed,
  parseVerifierOptions,
  type TokenAuthority,
  TokenVerification,
  VerifiedTokenCache,
  type Verifier,
  type VerifierOptions,
  type VerifierSettings,
} from './verifier/index.ts'

/** Anybody can name an unknown key. New keys are announced by the log, so that asking is hardly ever needed. */
const UNKNOWN_KEY_COOL_DOWN_MS = 5000

/**
 * Makes a verifier: it follows the issuer's revocation log in this process and decides every request locally. It begins to
 * connect at once; `ready()` says when it can decide.
 *
 * Does not issue anything and stores nothing: after a restart it loads a new snapshot.
 *
 * @throws {TypeError} The options have mistakes; the message names them all.
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const settings = parseVerifierOptions(options)
  const { issuer, audience, algorithms, platform, clockToleranceSeconds } = settings
  const published = createIssuerKeys({ issuer, algorithms, platform, coolDownMs: UNKNOWN_KEY_COOL_DOWN_MS })
  const keys = settings.keys ?? published
  const replica = new Replica({
    issuer,
    algorithms,
    clock: platform.clock,
    keys: () => keys.feedKeys(),
    clockSkewMs: clockToleranceSeconds * 1000,
    freshMs: settings.freshSeconds * 1000,
    graceMs: settings.graceSeconds * 1000,
    foreign: settings.issuers.length === 0 ? undefined : new ForeignCutoffs(),
  })
  const cache = new VerifiedTokenCache(settings.cacheSize)
  const questions = new IssuerQuestions({ authority: settings.authority ?? issuerAuthority(settings, published), clock: platform.clock })
  const others = settings.issuers.length === 0 ? undefined : foreignIssuers(settings, replica, published)
  const connection = new IssuerConnection({ keys, replica, platform, openFeed: () => openFeed(settings, published) })
  connection.open()
  return new LocalVerifier({
    issuer,
    clock: platform.clock,
    readyTimeoutMs: settings.readyTimeoutSeconds * 1000,
    cookie: settings.cookie,
    onRefusal: settings.onRefusal,
    verification: new TokenVerification({ replica, keys, cache, questions, others, issuer, audience, algorithms, clockToleranceSeconds }),
    cache,
    replica,
    connection,
  })
}

/** Of an issuer that does not say how long it remembers; so long every version does. */
const SHORTEST_CUTOFF_LIFE_SECONDS = 3600

function foreignIssuers(settings: VerifierSettings, replica: Replica, published: IssuerKeys): ForeignIssuers {
  const { platform, cacheSize, clockToleranceSeconds } = settings
  const issuers = settings.issuers.map((each) => {
    const keys = new RemoteJwks({ issuer: each.issuer, jwksUri: each.jwksUri, platform, maxAgeMs: each.jwksMaxAgeSeconds * 1000 })
    // Begins to read them.
    keys.current()
    return { settings: each, keys }
  })
  const cutoffLifeSeconds = (): number => published.discovery?.cutoffLifeSeconds ?? SHORTEST_CUTOFF_LIFE_SECONDS
  return new ForeignIssuers({ issuers, replica, cutoffLifeSeconds, cacheSize, clockToleranceSeconds })
}

/** Undefined where there is no credential to ask with, or nobody whose address is known. */
function issuerAuthority({ credential, platform, keys }: VerifierSettings, published: IssuerKeys): TokenAuthority | undefined {
  if (credential === '' || keys !== undefined) return undefined
  return createIntrospection({ url: () => published.discovery?.introspectionUrl, credential, platform })
}

function openFeed({ feed, credential, platform }: VerifierSettings, { discovery }: IssuerKeys): LogFeed {
  if (typeof feed === 'object') return feed
  if (discovery === undefined) throw new Error('a feed was opened before its address was known')
  const { feedUrl, feedSnapshotUrl: snapshotUrl } = discovery
  if (feed === undefined) return createSseFeed({ feedUrl, snapshotUrl, credential, platform })
  return feed({ platform, snapshot: (signal) => fetchSnapshot({ snapshotUrl, credential, platform }, signal) })
}
