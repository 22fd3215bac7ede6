import {
  createAccessKeyLookUp,
  createApiKeyQuestions,
  createFeedChallenge,
  createIntrospection,
  createIssuerKeys,
  createSseFeed,
  createStatusListChecker,
  createVerifierReporting,
  fetchSnapshot,
  type IssuerKeys,
  RemoteJwks,
} from './feed/index.ts'
import type { EpochMs, Platform } from './core/index.ts'
import { ForeignCutoffs, Replica } from './revocation/index.ts'
import {
  accessKeyKind,
  ApiKeyVerification,
  ForeignIssuers,
  type ForeignIssuerSettings,
  type HeadAuthority,
  HeadQuestions,
  IssuerConnection,
  IssuerQuestions,
  KeyRecords,
  LocalVerifier,
  type LogFeed,
  parseVerifierOptions,
  Possession,
  SignedRequestVerification,
  type StatusChecker,
  type TokenAuthority,
  TokenVerification,
  VerifiedTokenCache,
  type Verifier,
  type VerifierOptions,
  VerifierReports,
  type VerifierSettings,
} from './verifier/index.ts'

/** Anybody can name an unknown key. New keys are announced by the log, so that asking is hardly ever needed. */
const UNKNOWN_KEY_COOL_DOWN_MS = 5000

/** A question that is not answered by half of the time in which an answer is fresh is put again. */
const LONGEST_CHALLENGE_MS = 5000

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
    proof: settings.proof,
  })
  const cache = new VerifiedTokenCache(settings.cacheSize)
  const questions = new IssuerQuestions({ authority: settings.authority ?? issuerAuthority(settings, published), clock: platform.clock })
  const others = settings.issuers.length === 0 ? undefined : foreignIssuers(settings, replica, published)
  const heads = new HeadQuestions({
    authority: headAuthority(settings, published),
    replica,
    platform,
    everyMs: settings.askEverySeconds * 1000,
    timeoutMs: Math.min(LONGEST_CHALLENGE_MS, settings.freshSeconds * 500),
  })
  const reports = reportsOf(settings, replica, published)
  const connection = new IssuerConnection({
    keys,
    replica,
    platform,
    openFeed: () => openFeed(settings, published),
    questions: settings.proof === 'challenge' ? heads : undefined,
    reports,
  })
  connection.open()
  return new LocalVerifier({
    issuer,
    clock: platform.clock,
    readyTimeoutMs: settings.readyTimeoutSeconds * 1000,
    cookie: settings.cookie,
    onRefusal: settings.onRefusal,
    onDecision: settings.onDecision,
    unaskable: settings.issuers.filter(({ introspection }) => introspection === undefined).map((each) => each.issuer),
    verification: new TokenVerification({
      replica,
      keys,
      cache,
      questions,
      others,
      heads,
      issuer,
      audience,
      algorithms,
      clockToleranceSeconds,
    }),
    possession: possessionOf(settings, replica),
    place: settings.place,
    signed: signedRequests(settings, replica, published),
    apiKeys: apiKeys(settings, replica, published),
    rememberedSince: wholeSecond(settings.signedRequests?.replay.rememberedSince),
    cache,
    replica,
    connection,
    reports,
  })
}

function signedRequests(settings: VerifierSettings, replica: Replica, published: IssuerKeys): SignedRequestVerification | undefined {
  const { signedRequests, issuer, platform, credential, place, clockToleranceSeconds: toleranceSeconds } = settings
  if (signedRequests === undefined) return undefined
  const { keys, maxKeys, ...parts } = signedRequests
  const url = (): string | undefined => published.discovery?.accessKeyLookUpUrl
  const source = keys === 'issuer' ? createAccessKeyLookUp({ url, credential, platform }) : keys
  const records = new KeyRecords({ kind: accessKeyKind(source), replica, clock: platform.clock, issuer, maxEntries: maxKeys })
  return new SignedRequestVerification({ ...parts, records, replica, clock: platform.clock, place, toleranceSeconds })
}

function apiKeys(settings: VerifierSettings, replica: Replica, published: IssuerKeys): ApiKeyVerification | undefined {
  if (settings.apiKeys === undefined) return undefined
  const { issuer, platform, credential, place, cookie } = settings
  const { keys, ...limits } = settings.apiKeys
  const urls = (): IssuerKeys['discovery'] => published.discovery
  const source = keys === 'issuer' ? createApiKeyQuestions({ urls, credential, platform }) : keys
  return new ApiKeyVerification({ ...limits, source, replica, clock: platform.clock, issuer, place, cookieName: cookie?.name })
}

const wholeSecond = (at: EpochMs | undefined): EpochMs | undefined => (at === undefined ? undefined : Math.ceil(at / 1000) * 1000)

/** Proofs are remembered where signatures are, unless a place of their own is named. */
function possessionOf(
  { possession, signedRequests, place, platform, clockToleranceSeconds }: VerifierSettings,
  replica: Replica,
): Possession {
  const settings = { ...possession, replay: possession.replay ?? signedRequests?.replay }
  return new Possession({ settings, place, platform, clockToleranceSeconds, replica })
}

/** Of an issuer that does not say how long it remembers; so long every version does. */
const SHORTEST_CUTOFF_LIFE_SECONDS = 3600

function foreignIssuers(settings: VerifierSettings, replica: Replica, published: IssuerKeys): ForeignIssuers {
  const { platform, cacheSize, clockToleranceSeconds } = settings
  const issuers = settings.issuers.map((each) => {
    const keys = new RemoteJwks({ issuer: each.issuer, jwksUri: each.jwksUri, platform, maxAgeMs: each.jwksMaxAgeSeconds * 1000 })
    // Begins to read them.
    keys.current()
    return { settings: each, keys, questions: foreignQuestions(each, platform), statuses: foreignStatuses(each, platform) }
  })
  const cutoffLifeSeconds = (): number => published.discovery?.cutoffLifeSeconds ?? SHORTEST_CUTOFF_LIFE_SECONDS
  const ages = { clock: platform.clock, freshMs: settings.freshSeconds * 1000, graceMs: settings.graceSeconds * 1000 }
  return new ForeignIssuers({ issuers, replica, cutoffLifeSeconds, cacheSize, clockToleranceSeconds, ages })
}

function foreignQuestions({ introspection }: ForeignIssuerSettings, platform: Platform): IssuerQuestions | undefined {
  if (introspection === undefined || introspection === 'none') return undefined
  const { endpoint, credential, clientId = '', clientSecret = '' } = introspection
  const authority = createIntrospection({ url: () => endpoint, credential: credential ?? { clientId, clientSecret }, platform })
  return new IssuerQuestions({ authority, clock: platform.clock })
}

function foreignStatuses(
  { issuer, jwksUri, algorithms, statusList }: ForeignIssuerSettings,
  platform: Platform,
): StatusChecker | undefined {
  if (statusList === undefined) return undefined
  return createStatusListChecker({ issuer, algorithms, platform, ...statusList, ...(jwksUri === undefined ? {} : { jwksUri }) })
}

/** Undefined where there is no credential to ask with, or nobody whose address is known. */
function issuerAuthority({ credential, platform, keys }: VerifierSettings, published: IssuerKeys): TokenAuthority | undefined {
  if (credential === '' || keys !== undefined) return undefined
  return createIntrospection({ url: () => published.discovery?.introspectionUrl, credential, platform })
}

/** Undefined as above. */
function headAuthority({ credential, platform, keys }: VerifierSettings, published: IssuerKeys): HeadAuthority | undefined {
  if (credential === '' || keys !== undefined) return undefined
  return createFeedChallenge({ url: () => published.discovery?.feedChallengeUrl, credential, platform })
}

function reportsOf(
  { report, feed, credential, platform }: VerifierSettings,
  replica: Replica,
  published: IssuerKeys,
): VerifierReports | undefined {
  if (report === undefined) return undefined
  const authority = createVerifierReporting({ url: () => published.discovery?.verifierReportUrl, credential, platform })
  return new VerifierReports({ ...report, authority, replica, platform, feed: feed === undefined ? 'sse' : 'other' })
}

function openFeed({ feed, credential, platform }: VerifierSettings, { discovery }: IssuerKeys): LogFeed {
  if (typeof feed === 'object') return feed
  if (discovery === undefined) throw new Error('a feed was opened before its address was known')
  const { feedUrl, feedSnapshotUrl: snapshotUrl } = discovery
  if (feed === undefined) return createSseFeed({ feedUrl, snapshotUrl, credential, platform })
  return feed({ platform, snapshot: (signal) => fetchSnapshot({ snapshotUrl, credential, platform }, signal) })
}
