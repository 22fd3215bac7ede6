import { createIssuerKeys, createSseFeed, type IssuerKeys } from './feed/index.ts'
import { Replica } from './revocation/index.ts'
import {
  IssuerConnection,
  LocalVerifier,
  type LogFeed,
  parseVerifierOptions,
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
  })
  const cache = new VerifiedTokenCache(settings.cacheSize)
  const connection = new IssuerConnection({ keys, replica, platform, openFeed: () => settings.feed ?? openHttpFeed(settings, published) })
  connection.open()
  return new LocalVerifier({
    issuer,
    clock: platform.clock,
    readyTimeoutMs: settings.readyTimeoutSeconds * 1000,
    cookie: settings.cookie,
    onRefusal: settings.onRefusal,
    verification: new TokenVerification({ replica, keys, cache, issuer, audience, algorithms, clockToleranceSeconds }),
    cache,
    replica,
    connection,
  })
}

function openHttpFeed({ credential, platform }: VerifierSettings, { discovery }: IssuerKeys): LogFeed {
  if (discovery === undefined) throw new Error('a feed was opened before its address was known')
  return createSseFeed({ feedUrl: discovery.feedUrl, snapshotUrl: discovery.feedSnapshotUrl, credential, platform })
}
