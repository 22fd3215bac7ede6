import { isCookieName } from '../cookie/index.ts'
import { type Platform, systemPlatform } from '../core/index.ts'
import { type JwsAlgorithm, jwsAlgorithms } from '../crypto/index.ts'
import type { ProofKind } from '../revocation/index.ts'
import { type ApiKeyOptions, type ApiKeySettings, parseApiKeyOptions } from './api-key/index.ts'
import type { DecisionListener } from './decision.ts'
import type { CookieSource } from './extract/presented.ts'
import {
  foreignIssuerMistakes,
  type ForeignIssuerOptions,
  foreignIssuerSettings,
  type ForeignIssuerSettings,
} from './foreign-issuer/index.ts'
import type { LogFeed, OpenLogFeed } from './issuer-connection.ts'
import { parseReportOptions, type ReportOptions, type ReportSettings } from './report-options.ts'
import { parsePossession, type PossessionOptions, type PossessionSettings } from './possession/index.ts'
import { type PublicPlace, publicPlace, publicPlaceMistakes, type PublicPlaceOptions } from './public-origin.ts'
import { parseSignedRequests, type SignedRequestOptions, type SignedRequestSettings } from './signed-request/index.ts'
import type { TokenAuthority } from './token-authority.ts'
import type { KeySource } from './verify.ts'

/** @deprecated Dangerous: accepts an `http:` issuer that is not this machine. Whoever is on the way can then read and forge everything. */
export const unsafeAllowHttp: unique symbol = Symbol('unsafeAllowHttp')

export interface VerifierOptions extends PublicPlaceOptions {
  /** The issuer's URL, exactly as its tokens name it. */
  readonly issuer: string
  /** What this service is called in `aud`: one name, or several. A token for somebody else is refused. */
  readonly audience: string | readonly string[]
  /** The service credential (`cs_svc_…`) that opens the issuer's feed and snapshot. Not needed with a `feed` of one's own. */
  readonly credential?: string
  /** Which signatures are accepted; never taken from a token. Default `['ES256']`. */
  readonly algorithms?: readonly JwsAlgorithm[]
  readonly freshness?: {
    /** Heard from the issuer within so many seconds: every route decides. Default 5. */
    readonly freshSeconds?: number
    /** Within so many seconds: ordinary routes still decide, strict ones answer 503. Default 60. */
    readonly graceSeconds?: number
    /**
     * What proves that nothing is missing. `heartbeat` (the default): the issuer's signed time and this machine's clock, which may be
     * `clockToleranceSeconds` apart. `challenge`: the issuer signs a nonce of ours, again and again, so that no clock of this machine
     * is believed but the monotonic one.
     */
    readonly proof?: ProofKind
    /** From one challenge to the next, at most; less than `freshSeconds`. Default: a quarter of those. */
    readonly askEverySeconds?: number
  }
  /** How far the issuer's clock and ours may differ. Default 5. */
  readonly clockToleranceSeconds?: number
  /** Look for the token in this cookie too, after the `Authorization` header. Default: in no cookie. */
  readonly cookie?: CookieSource
  /** How many verified tokens are remembered. Default 16 384. */
  readonly cacheSize?: number
  /** How long `ready()` waits. Default 10. */
  readonly readyTimeoutSeconds?: number
  /** Hears of every refusal that a guard answered: an `AuthError` with its private detail, or a defect. */
  readonly onRefusal?: (thrown: unknown) => void
  /** Hears what became of callers who are known, on routes that ask something of them: for a log at debug level. */
  readonly onDecision?: DecisionListener
  readonly platform?: Platform
  /** Where the log comes from, when not from the issuer's HTTP feed: a broker (`countersign/redis`, …), or a feed of one's own. */
  readonly feed?: LogFeed | OpenLogFeed
  /** Where keys come from, when not from the issuer's documents. Needs a `feed`. */
  readonly keys?: KeySource
  /** Who is asked about single tokens, when not the issuer's introspection endpoint with `credential`. */
  readonly authority?: TokenAuthority
  /** Other issuers (Keycloak, Auth0, any with a JWKS) whose tokens are accepted too, and revoked by the same log. */
  readonly issuers?: readonly ForeignIssuerOptions[]
  /** Take requests that are signed with an access key, too. Default: tokens only. */
  readonly signedRequests?: SignedRequestOptions
  /** Take API keys (`cs_live_…`) as well. Default: none. */
  readonly apiKeys?: true | ApiKeyOptions
  /** How tokens that are bound to a key (DPoP) or a certificate (mutual TLS) are checked. They always are. */
  readonly possession?: PossessionOptions
  /**
   * Tell the issuer, for its operators, how fresh this verifier is and how soon it has refused what was revoked. Default: every 10 seconds
   * where the log comes from the issuer's HTTP feed and the issuer takes reports; not where it comes through a broker.
   */
  readonly report?: false | ReportOptions
  readonly [unsafeAllowHttp]?: true
}

/** The options after parsing: complete, and not looked at again. */
export interface VerifierSettings {
  readonly issuer: string
  readonly audience: string | readonly string[]
  readonly credential: string
  readonly algorithms: readonly JwsAlgorithm[]
  readonly freshSeconds: number
  readonly graceSeconds: number
  readonly proof: ProofKind
  readonly askEverySeconds: number
  readonly clockToleranceSeconds: number
  readonly cookie: CookieSource | undefined
  readonly cacheSize: number
  readonly readyTimeoutSeconds: number
  readonly onRefusal: ((thrown: unknown) => void) | undefined
  readonly onDecision: DecisionListener | undefined
  readonly platform: Platform
  readonly feed: LogFeed | OpenLogFeed | undefined
  readonly keys: KeySource | undefined
  readonly authority: TokenAuthority | undefined
  readonly issuers: readonly ForeignIssuerSettings[]
  readonly signedRequests: SignedRequestSettings | undefined
  readonly apiKeys: ApiKeySettings | undefined
  readonly possession: PossessionSettings
  readonly report: ReportSettings | undefined
  readonly place: PublicPlace
}

const names: ReadonlySet<string> = new Set([
  'issuer',
  'audience',
  'credential',
  'algorithms',
  'freshness',
  'clockToleranceSeconds',
  'cookie',
  'cacheSize',
  'readyTimeoutSeconds',
  'onRefusal',
  'onDecision',
  'platform',
  'feed',
  'keys',
  'authority',
  'issuers',
  'signedRequests',
  'apiKeys',
  'possession',
  'report',
  'origin',
  'trustedProxies',
  'forwardingHeader',
])
const freshnessNames: ReadonlySet<string> = new Set(['freshSeconds', 'graceSeconds', 'proof', 'askEverySeconds'])
const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])
const MAX_CACHE_SIZE = 2 ** 24
const credentialText = /^[A-Za-z0-9._~+/-]+=*$/

/**
 * Parses the options once.
 *
 * @throws {TypeError} naming every mistake at once, never a value that may be secret.
 */
export function parseVerifierOptions(options: VerifierOptions): VerifierSettings {
  const settings: VerifierSettings = {
    issuer: options.issuer,
    audience: options.audience,
    credential: options.credential ?? '',
    algorithms: Object.freeze([...(options.algorithms ?? ['ES256' as const])]),
    freshSeconds: options.freshness?.freshSeconds ?? 5,
    graceSeconds: options.freshness?.graceSeconds ?? 60,
    proof: options.freshness?.proof ?? 'heartbeat',
    askEverySeconds: options.freshness?.askEverySeconds ?? (options.freshness?.freshSeconds ?? 5) / 4,
    clockToleranceSeconds: options.clockToleranceSeconds ?? 5,
    cookie: options.cookie === undefined ? undefined : Object.freeze({ ...options.cookie }),
    cacheSize: options.cacheSize ?? 16_384,
    readyTimeoutSeconds: options.readyTimeoutSeconds ?? 10,
    onRefusal: options.onRefusal,
    onDecision: options.onDecision,
    platform: options.platform ?? systemPlatform,
    feed: options.feed,
    keys: options.keys,
    authority: options.authority,
    issuers: [],
    signedRequests: undefined,
    apiKeys: undefined,
    possession: parsePossession(),
    report: undefined,
    place: publicPlace({}),
  }
  const allowHttp = options[unsafeAllowHttp] === true
  const mistakes = [
    ...Object.keys(options)
      .filter((name) => !names.has(name))
      .map((name) => `${name} is not an option`),
    ...Object.keys(options.freshness ?? {})
      .filter((name) => !freshnessNames.has(name))
      .map((name) => `freshness.${name} is not an option`),
    ...issuerMistakes(options.issuer, allowHttp),
    ...foreignIssuerMistakes(options.issuers ?? [], options.issuer, (url) => issuerMistakes(url, allowHttp)),
    ...publicPlaceMistakes(options),
    ...signedRequestMistakes(options, settings),
    ...apiKeyMistakes(options, settings),
    ...possessionMistakes(options),
    ...reportMistakes(options),
    ...textMistakes(settings),
    ...numberMistakes(settings),
  ]
  if (mistakes.length > 0) throw new TypeError(`createVerifier: ${mistakes.join('; ')}`)
  return Object.freeze({
    ...settings,
    issuers: Object.freeze((options.issuers ?? []).map(foreignIssuerSettings)),
    signedRequests: options.signedRequests === undefined ? undefined : parseSignedRequests(options.signedRequests),
    apiKeys: options.apiKeys === undefined ? undefined : parseApiKeyOptions(options.apiKeys),
    possession: parsePossession(options.possession),
    report: wantsReports(options) ? parseReportOptions(options.report === false ? undefined : options.report) : undefined,
    place: publicPlace(options),
  })
}

function signedRequestMistakes({ signedRequests }: VerifierOptions, { credential, keys }: VerifierSettings): string[] {
  if (signedRequests === undefined) return []
  try {
    const settings = parseSignedRequests(signedRequests)
    if (settings.keys !== 'issuer' || (keys === undefined && credentialText.test(credential))) return []
    return ['signedRequests needs a credential and the issuer’s own documents, or keys of its own']
  } catch (error) {
    return [`signedRequests: ${error instanceof Error ? error.message : 'not usable'}`]
  }
}

function apiKeyMistakes({ apiKeys }: VerifierOptions, { credential, keys }: VerifierSettings): string[] {
  if (apiKeys === undefined) return []
  try {
    const settings = parseApiKeyOptions(apiKeys)
    if (settings.keys !== 'issuer' || (keys === undefined && credentialText.test(credential))) return []
    return ['apiKeys needs a credential and the issuer’s own documents, or keys of its own']
  } catch (error) {
    return [`apiKeys: ${error instanceof Error ? error.message : 'not usable'}`]
  }
}

function possessionMistakes({ possession, trustedProxies }: VerifierOptions): string[] {
  try {
    const { certificateHeader } = parsePossession(possession)
    if (certificateHeader === undefined || (trustedProxies !== undefined && trustedProxies.length > 0)) return []
    return ['possession.certificateHeader needs trustedProxies: from anybody else it proves nothing']
  } catch (error) {
    return [`possession: ${error instanceof Error ? error.message : 'not usable'}`]
  }
}

/** Who has put a broker between themselves and the issuer has had a reason: they say it themselves when they want to be heard of. */
const wantsReports = ({ report, feed, keys }: VerifierOptions): boolean =>
  report !== false && (report !== undefined || (feed === undefined && keys === undefined))

function reportMistakes({ report, credential = '', keys }: VerifierOptions): string[] {
  if (report === undefined || report === false) return []
  try {
    parseReportOptions(report)
    if (keys === undefined && credentialText.test(credential)) return []
    return ['report needs a credential and the issuer’s own documents']
  } catch (error) {
    return [`report: ${error instanceof Error ? error.message : 'not usable'}`]
  }
}

function issuerMistakes(issuer: unknown, allowHttp: boolean): string[] {
  if (typeof issuer !== 'string' || !URL.canParse(issuer)) return ['issuer must be a URL']
  const { protocol, hostname, search, hash, username, password } = new URL(issuer)
  if (search !== '' || hash !== '' || username !== '' || password !== '') return ['issuer must have no query, fragment or user']
  if (protocol === 'https:') return []
  if (protocol !== 'http:') return ['issuer must be an https: URL']
  if (loopbackHosts.has(hostname) || allowHttp) return []
  return ['issuer must be an https: URL (http: only on this machine, or with [unsafeAllowHttp]: true)']
}

function isAudience(audience: unknown): boolean {
  const names: unknown = Array.isArray(audience) ? audience : [audience]
  return Array.isArray(names) && names.length > 0 && names.every((name) => typeof name === 'string' && name !== '')
}

function textMistakes(settings: VerifierSettings): string[] {
  const { audience, algorithms, credential, feed, keys, cookie, proof } = settings
  const mistakes: string[] = []
  if (!isAudience(audience)) mistakes.push('audience must be a text, or several')
  if (algorithms.length === 0) mistakes.push('algorithms must not be empty')
  for (const algorithm of algorithms)
    if (!Object.hasOwn(jwsAlgorithms, algorithm)) mistakes.push(`algorithm ${String(algorithm)} is not known`)
  if (typeof feed !== 'object' && (typeof credential !== 'string' || !credentialText.test(credential))) {
    mistakes.push('credential must be a service credential: countersign services create --name <service>')
  }
  if (proof !== 'heartbeat' && proof !== 'challenge') mistakes.push("freshness.proof must be 'heartbeat' or 'challenge'")
  if (proof === 'challenge' && (keys !== undefined || !credentialText.test(credential))) {
    mistakes.push("freshness.proof 'challenge' needs a credential and the issuer's own documents: it cannot be combined with keys")
  }
  if (typeof feed !== 'object' && keys !== undefined) mistakes.push('keys needs a feed of its own beside it')
  mistakes.push(...cookieMistakes(cookie))
  return mistakes
}

const cookieMembers: ReadonlySet<string> = new Set(['name', 'origin', 'origins', 'csrf'])
/** The URL standard takes an asterisk for part of a host. */
const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text && !text.includes('*') && text !== 'null'

function cookieMistakes(cookie: CookieSource | undefined): string[] {
  if (cookie === undefined) return []
  const { name, origin, origins = [], csrf } = cookie
  const mistakes = Object.keys(cookie)
    .filter((member) => !cookieMembers.has(member))
    .map((member) => `cookie.${member} is not an option`)
  if (!isCookieName(name)) mistakes.push('cookie.name must be the name of a cookie')
  if (origin !== undefined && !isOrigin(origin)) mistakes.push('cookie.origin must be an origin like https://app.example')
  if (!Array.isArray(origins) || !origins.every(isOrigin)) mistakes.push('cookie.origins must be origins like https://app.example')
  if (csrf !== undefined && !('cookie' in csrf ? isCookieName(csrf.cookie) && csrf.cookie !== name : typeof csrf.accepts === 'function')) {
    mistakes.push('cookie.csrf must name another cookie, or check tokens with accepts')
  }
  return mistakes
}

function numberMistakes(settings: VerifierSettings): string[] {
  const { freshSeconds, graceSeconds, askEverySeconds, clockToleranceSeconds, cacheSize, readyTimeoutSeconds } = settings
  const mistakes: string[] = []
  const require = (name: string, isRight: boolean, range: string): void => {
    if (!isRight) mistakes.push(`${name} must be ${range}`)
  }
  require('freshness.freshSeconds', freshSeconds > 0 && freshSeconds <= graceSeconds, 'above 0 and at most graceSeconds')
  require('freshness.askEverySeconds', askEverySeconds > 0 && askEverySeconds < freshSeconds, 'above 0 and less than freshSeconds')
  // Longer than the longest life of a token there would be no bound at all.
  require('freshness.graceSeconds', graceSeconds > 0 && graceSeconds <= 3600, 'above 0 and at most 3600')
  require('clockToleranceSeconds', clockToleranceSeconds >= 0 && clockToleranceSeconds <= 300, 'from 0 to 300')
  require('cacheSize', Number.isInteger(cacheSize) &&
    cacheSize >= 1 &&
    cacheSize <= MAX_CACHE_SIZE, `a whole number from 1 to ${MAX_CACHE_SIZE}`)
  require('readyTimeoutSeconds', readyTimeoutSeconds > 0 && readyTimeoutSeconds <= 3600, 'above 0 and at most 3600')
  return mistakes
}
