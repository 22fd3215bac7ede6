import { type AddressList, addressList } from 'countersign/core'
import type { JwsAlgorithm } from 'countersign/crypto'
import type { IdentityProvider } from '../account/federation/index.ts'
import type { SignInLimits } from '../account/throttle/index.ts'
import type { MasterSecret } from '../signing/master-secret.ts'
import type { MailSender, SmtpServer } from '../delivery/index.ts'
import type { SecurityEventTransmitter } from '../revocation/index.ts'
import {
  addresses,
  breachedPasswordsUrl,
  type DatabasePlace,
  database,
  integer,
  issuerUrl,
  list,
  oneOf,
  type Read,
  scopesByRole,
  text,
  WrongValue,
  yesOrNo,
} from './config-value.ts'
import { type Brand, brandAccent, brandName, brandOf } from './config-brand.ts'
import { cookieDomain, type CookieForm, cookieForm, type CookieSameSite, cookieSameSite, origins } from './config-browser.ts'
import { identityProviders, type IdentityProviderOptions } from './config-federation.ts'
import { type FeedPlace, feedPlace } from './config-feed.ts'
import { type AuditOptions, type AuditSettings, auditSettings, auditSettingsOf } from './config-audit.ts'
import { geoIpFile } from './config-geoip.ts'
import { mailSender, mailServer } from './config-mail.ts'
import { type MetricsOptions, type MetricsSettings, metricsSettings, metricsSettingsOf } from './config-metrics.ts'
import { type OAuthOptions, type OAuthSettings, oauthSettings, oauthSettingsOf } from './config-oauth.ts'
import { type PasskeyOptions, type PasskeySettings, passkeySettings, passkeySettingsOf } from './config-passkey.ts'
import { masterSecret } from './config-secret.ts'
import { signInLimits, signInSettings, secondFactor, type SecondFactorRule } from './config-sign-in.ts'
import { tokenExchanges, type TokenExchangeOptions } from './config-token-exchange.ts'
import { securityEventTransmitters, type SecurityEventTransmitterOptions } from './config-security-event.ts'
import { type ConfigMistake, mistakesBetween } from './config-rule.ts'

export interface TlsFiles {
  /** PEM certificate chain. */
  readonly certificateFile: string
  /** PEM private key. */
  readonly keyFile: string
}

/** Everything the server can be told, checked and complete: nothing below this asks "if it is set". */
export interface ServerConfig extends SignInLimits, PasskeySettings, OAuthSettings, AuditSettings, MetricsSettings {
  readonly production: boolean
  readonly host: string
  readonly port: number
  /** `iss`, and the base of every URL that the server names. */
  readonly issuer: string
  /** The issuer was not given and names the port that is really listened on. */
  readonly issuerFollowsPort: boolean
  /** `aud` of the access tokens. */
  readonly audience: readonly string[]
  readonly database: DatabasePlace
  /** Undefined: kept in the file `secret` beside the database, made on first start (never in production). */
  readonly secret: MasterSecret | undefined
  /** What carries the log beside the HTTP feed. */
  readonly feed: FeedPlace
  readonly algorithm: JwsAlgorithm
  readonly roleScopes: Readonly<Record<string, readonly string[]>>
  readonly trustedProxies: AddressList
  readonly tls: TlsFiles | undefined
  readonly singleSession: boolean
  readonly accessTokenSeconds: number
  /** `opaque`: services have to ask this server what a token stands for, once. */
  readonly accessTokenForm: 'jwt' | 'opaque'
  /** The longest life of tokens of other issuers that this log can revoke. */
  readonly foreignTokenSeconds: number
  /** Whose security events are taken. */
  readonly securityEventTransmitters: readonly SecurityEventTransmitter[]
  readonly tokenExchanges: ReturnType<typeof tokenExchanges>
  /** Networks to which events may be delivered although they are not public; these alone without TLS. */
  readonly deliveryNetworks: AddressList
  /** Access tokens name their place in a Token Status List. */
  readonly statusList: boolean
  /** DPoP proofs must hold a nonce of ours (RFC 9449 section 8). */
  readonly dpopNonces: boolean
  /** People may sign in with a link in a mail. */
  readonly magicLinks: boolean
  /** A session ends when it was not refreshed for so long. */
  readonly sessionIdleSeconds: number
  /** A session ends at the latest so long after its sign-in. */
  readonly sessionSeconds: number
  /** For so long a used refresh token still yields the same successor. */
  readonly refreshOverlapSeconds: number
  /** argon2id: memory of one hash, and passes over it. */
  readonly passwordMemoryKib: number
  readonly passwordPasses: number
  /** Characters that a new password has at least. */
  readonly passwordMinimum: number
  /** Words that no password may be made of, beside those of its owner and of the issuer. */
  readonly passwordWords: readonly string[]
  /** Have I Been Pwned's range API, or one like it; undefined asks nobody. */
  readonly breachedPasswordsUrl: string | undefined
  /** What happens to a new password while that does not answer. */
  readonly breachedPasswordsOutage: 'accept' | 'refuse'
  /** Undefined: none is sent in production; otherwise it stays in the outbox of this process. */
  readonly mailServer: SmtpServer | undefined
  readonly mailFrom: MailSender | undefined
  readonly brand: Brand
  /** Pages of these origins may call the API, beside our own. */
  readonly origins: readonly string[]
  /** The access token's cookie is for this domain and all below it; undefined: for our host only. */
  readonly cookieDomain: string | undefined
  readonly cookieSameSite: CookieSameSite
  readonly cookieForm: CookieForm
  /** `required`: whoever signs in without a second factor can only set one up. */
  readonly secondFactor: SecondFactorRule
  /** A MaxMind database, by which the list of devices names places. */
  readonly geoIpFile: string | undefined
  /** With which people may sign in, beside us. */
  readonly identityProviders: readonly IdentityProvider[]
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
}

/** What an embedding application may say; every member may be left out. Texts are read as in the environment. */
export interface ServerOptions extends Partial<SignInLimits>, PasskeyOptions, OAuthOptions, AuditOptions, MetricsOptions {
  readonly production?: boolean
  readonly host?: string
  readonly port?: number
  readonly issuer?: string
  readonly audience?: string | readonly string[]
  /** `sqlite:PATH`, `postgres://…` or `memory:`. */
  readonly database?: string
  readonly secret?: string
  /** `sse`, `postgres`, `redis://…`, `nats://…` or `kafka://…`. */
  readonly feed?: string
  readonly algorithm?: JwsAlgorithm
  readonly roleScopes?: Readonly<Record<string, readonly string[]>>
  readonly trustedProxies?: readonly string[]
  readonly tlsCertificateFile?: string
  readonly tlsKeyFile?: string
  readonly singleSession?: boolean
  readonly accessTokenSeconds?: number
  readonly accessTokenForm?: ServerConfig['accessTokenForm']
  readonly foreignTokenSeconds?: number
  readonly deliveryNetworks?: readonly string[]
  readonly statusList?: boolean
  readonly dpopNonces?: boolean
  readonly magicLinks?: boolean
  readonly securityEventTransmitters?: readonly SecurityEventTransmitterOptions[]
  readonly tokenExchanges?: readonly TokenExchangeOptions[]
  readonly sessionIdleSeconds?: number
  readonly sessionSeconds?: number
  readonly refreshOverlapSeconds?: number
  readonly passwordMemoryKib?: number
  readonly passwordPasses?: number
  readonly passwordMinimum?: number
  readonly passwordWords?: string | readonly string[]
  readonly breachedPasswordsUrl?: string
  readonly breachedPasswordsOutage?: ServerConfig['breachedPasswordsOutage']
  /** `smtp://…` or `smtps://…`. */
  readonly mailServer?: string
  /** An address, or a name with it: `Example <no-reply@example.com>`. */
  readonly mailFrom?: string
  readonly brandName?: string
  readonly brandAccent?: string
  readonly brandLogo?: string
  /** Exact origins, such as `https://app.example.com`. */
  readonly origins?: string | readonly string[]
  readonly cookieDomain?: string
  readonly cookieSameSite?: CookieSameSite
  readonly cookieForm?: CookieForm
  readonly secondFactor?: SecondFactorRule
  readonly geoIpFile?: string
  readonly identityProviders?: string | readonly IdentityProviderOptions[]
  readonly logLevel?: ServerConfig['logLevel']
}

/** All that is wrong with a configuration, at once. */
export class ConfigError extends Error {
  readonly mistakes: readonly ConfigMistake[]

  constructor(mistakes: readonly ConfigMistake[]) {
    super(mistakes.map(({ name, problem, hint }) => `${name} ${problem}. ${hint}`).join('\n'))
    this.name = 'ConfigError'
    this.mistakes = mistakes
  }
}

const DEFAULT_DATABASE = 'sqlite:./data/countersign.db'
const DAY = 86_400
const YEAR = 366 * DAY

const algorithm: Read<JwsAlgorithm> = oneOf(['ES256', 'EdDSA', 'RS256', 'PS256'], 'ES256 is the default.')
const accessTokenForm: Read<ServerConfig['accessTokenForm']> = oneOf(['jwt', 'opaque'], 'jwt is the default.')
const logLevel: Read<ServerConfig['logLevel']> = oneOf(['debug', 'info', 'warn', 'error', 'silent'], 'info is the default.')
const path = text('Use the path of a PEM file.')

type Member = Exclude<keyof ServerOptions, 'production'>
/** What was given, read. Absent members are absent. */
export type GivenSettings = { readonly [M in Member]?: M extends keyof ServerConfig ? Exclude<ServerConfig[M], undefined> : string }

/** One row a setting: member of `ServerOptions`, environment variable, how to read it. */
const settings: { readonly [M in Member]: { readonly variable: string; readonly read: Read<NonNullable<GivenSettings[M]>> } } = {
  host: { variable: 'HOST', read: text('Use an address to listen on, such as 0.0.0.0.') },
  port: { variable: 'PORT', read: integer(0, 65_535, '') },
  issuer: { variable: 'COUNTERSIGN_ISSUER', read: issuerUrl },
  audience: { variable: 'COUNTERSIGN_AUDIENCE', read: list('Use one audience, or several with commas between them.') },
  database: { variable: 'COUNTERSIGN_DATABASE', read: database },
  secret: { variable: 'COUNTERSIGN_SECRET', read: masterSecret },
  feed: { variable: 'COUNTERSIGN_FEED', read: feedPlace },
  algorithm: { variable: 'COUNTERSIGN_ALGORITHM', read: algorithm },
  roleScopes: { variable: 'COUNTERSIGN_ROLE_SCOPES', read: scopesByRole },
  trustedProxies: { variable: 'COUNTERSIGN_TRUSTED_PROXIES', read: addresses },
  tlsCertificateFile: { variable: 'COUNTERSIGN_TLS_CERT', read: path },
  tlsKeyFile: { variable: 'COUNTERSIGN_TLS_KEY', read: path },
  singleSession: { variable: 'COUNTERSIGN_SINGLE_SESSION', read: yesOrNo },
  accessTokenSeconds: { variable: 'COUNTERSIGN_ACCESS_TOKEN_SECONDS', read: integer(10, 3600, 'seconds') },
  foreignTokenSeconds: { variable: 'COUNTERSIGN_FOREIGN_TOKEN_SECONDS', read: integer(3600, 30 * DAY, 'seconds') },
  securityEventTransmitters: { variable: 'COUNTERSIGN_SECURITY_EVENT_TRANSMITTERS', read: securityEventTransmitters },
  tokenExchanges: { variable: 'COUNTERSIGN_TOKEN_EXCHANGES', read: tokenExchanges },
  deliveryNetworks: { variable: 'COUNTERSIGN_DELIVERY_NETWORKS', read: addresses },
  statusList: { variable: 'COUNTERSIGN_STATUS_LIST', read: yesOrNo },
  dpopNonces: { variable: 'COUNTERSIGN_DPOP_NONCES', read: yesOrNo },
  magicLinks: { variable: 'COUNTERSIGN_MAGIC_LINKS', read: yesOrNo },
  accessTokenForm: { variable: 'COUNTERSIGN_ACCESS_TOKEN_FORM', read: accessTokenForm },
  sessionIdleSeconds: { variable: 'COUNTERSIGN_SESSION_IDLE_SECONDS', read: integer(60, YEAR, 'seconds') },
  sessionSeconds: { variable: 'COUNTERSIGN_SESSION_SECONDS', read: integer(60, YEAR, 'seconds') },
  refreshOverlapSeconds: { variable: 'COUNTERSIGN_REFRESH_OVERLAP_SECONDS', read: integer(0, 60, 'seconds') },
  passwordMemoryKib: { variable: 'COUNTERSIGN_PASSWORD_MEMORY_KIB', read: integer(64, 1_048_576, 'KiB') },
  passwordPasses: { variable: 'COUNTERSIGN_PASSWORD_PASSES', read: integer(1, 16, 'passes') },
  passwordMinimum: { variable: 'COUNTERSIGN_PASSWORD_MINIMUM', read: integer(8, 64, 'characters') },
  passwordWords: {
    variable: 'COUNTERSIGN_PASSWORD_WORDS',
    read: list('Use words with commas between them, such as the name of the company.'),
  },
  breachedPasswordsUrl: { variable: 'COUNTERSIGN_BREACHED_PASSWORDS_URL', read: breachedPasswordsUrl },
  breachedPasswordsOutage: {
    variable: 'COUNTERSIGN_BREACHED_PASSWORDS_OUTAGE',
    read: oneOf(['accept', 'refuse'], 'accept is the default.'),
  },
  mailServer: { variable: 'COUNTERSIGN_MAIL_URL', read: mailServer },
  mailFrom: { variable: 'COUNTERSIGN_MAIL_FROM', read: mailSender },
  brandName: { variable: 'COUNTERSIGN_BRAND_NAME', read: brandName },
  brandAccent: { variable: 'COUNTERSIGN_BRAND_ACCENT', read: brandAccent },
  brandLogo: { variable: 'COUNTERSIGN_BRAND_LOGO', read: text('Use the path of an SVG or PNG file.') },
  origins: { variable: 'COUNTERSIGN_ORIGINS', read: origins },
  cookieDomain: { variable: 'COUNTERSIGN_COOKIE_DOMAIN', read: cookieDomain },
  cookieSameSite: { variable: 'COUNTERSIGN_COOKIE_SAME_SITE', read: cookieSameSite },
  cookieForm: { variable: 'COUNTERSIGN_COOKIE_FORM', read: cookieForm },
  secondFactor: { variable: 'COUNTERSIGN_SECOND_FACTOR', read: secondFactor },
  geoIpFile: { variable: 'COUNTERSIGN_GEOIP_FILE', read: geoIpFile },
  identityProviders: { variable: 'COUNTERSIGN_IDENTITY_PROVIDERS', read: identityProviders },
  logLevel: { variable: 'COUNTERSIGN_LOG_LEVEL', read: logLevel },
  ...signInSettings,
  ...passkeySettings,
  ...oauthSettings,
  ...metricsSettings,
  ...auditSettings,
}

const members = Object.keys(settings) as readonly Member[]
/** Variables that belong to the CLI's own doors and not to the server. */
const otherVariables: ReadonlySet<string> = new Set(['COUNTERSIGN_URL', 'COUNTERSIGN_TOKEN'])

/**
 * Reads the environment.
 *
 * @throws {ConfigError} with every mistake in it.
 */
export function configFromEnvironment(environment: Readonly<Record<string, string | undefined>>): ServerConfig {
  const known = new Set<string>([...otherVariables, ...members.map((member) => settings[member].variable)])
  const unknown = Object.keys(environment)
    .filter((name) => name.startsWith('COUNTERSIGN_') && !known.has(name))
    .map((name) => ({ name, problem: 'is not a variable of this version', hint: 'Check the spelling, or remove it.' }))
  // An empty variable is how shells and compose files say "not set".
  const given = (member: Member): unknown => environment[settings[member].variable] || undefined
  return read(given, (member) => settings[member].variable, environment['NODE_ENV'] === 'production', unknown)
}

/**
 * Reads the options of an embedding application.
 *
 * @throws {ConfigError} with every mistake in it.
 */
export function configFromOptions(options: ServerOptions): ServerConfig {
  const unknown = Object.keys(options)
    .filter((name) => name !== 'production' && !Object.hasOwn(settings, name))
    .map((name) => ({ name, problem: 'is not an option of this version', hint: 'Check the spelling, or remove it.' }))
  return read(
    (member) => options[member],
    (member) => member,
    options.production === true,
    unknown,
  )
}

function read(
  given: (member: Member) => unknown,
  nameOf: (member: Member) => string,
  production: boolean,
  unknown: readonly ConfigMistake[],
): ServerConfig {
  const mistakes = [...unknown]
  const values: Record<string, unknown> = {}
  for (const member of members) {
    const raw = given(member)
    if (raw === undefined) continue
    try {
      values[member] = settings[member].read(raw)
    } catch (error) {
      if (!(error instanceof WrongValue)) throw error
      mistakes.push({ name: nameOf(member), problem: error.message, hint: error.hint })
    }
  }
  const settled = values as GivenSettings // each member was read by its own row just above
  mistakes.push(...mistakesBetween(settled, { production, nameOf, wasGiven: (member) => given(member) !== undefined }))
  if (mistakes.length > 0) throw new ConfigError(mistakes)
  return complete(settled, production)
}

function complete(given: GivenSettings, production: boolean): ServerConfig {
  const port = given.port ?? 4000
  const issuer = given.issuer ?? localIssuer(port)
  const certificateFile = given.tlsCertificateFile
  const keyFile = given.tlsKeyFile
  const sessionSeconds = given.sessionSeconds ?? Math.max(90 * DAY, given.sessionIdleSeconds ?? 0)
  return Object.freeze({
    production,
    host: given.host ?? '127.0.0.1',
    port,
    issuer,
    issuerFollowsPort: given.issuer === undefined,
    audience: given.audience ?? Object.freeze([issuer]),
    database: given.database ?? database(DEFAULT_DATABASE),
    secret: given.secret,
    feed: given.feed ?? feedPlace('sse'),
    algorithm: given.algorithm ?? 'ES256',
    roleScopes: given.roleScopes ?? Object.freeze({}),
    trustedProxies: given.trustedProxies ?? addressList([]),
    tls: certificateFile !== undefined && keyFile !== undefined ? Object.freeze({ certificateFile, keyFile }) : undefined,
    singleSession: given.singleSession ?? false,
    accessTokenSeconds: given.accessTokenSeconds ?? 300,
    accessTokenForm: given.accessTokenForm ?? 'jwt',
    foreignTokenSeconds: given.foreignTokenSeconds ?? 3600,
    securityEventTransmitters: given.securityEventTransmitters ?? Object.freeze([]),
    tokenExchanges: given.tokenExchanges ?? Object.freeze([]),
    deliveryNetworks: given.deliveryNetworks ?? addressList([]),
    statusList: given.statusList ?? false,
    dpopNonces: given.dpopNonces ?? false,
    magicLinks: given.magicLinks ?? true,
    sessionIdleSeconds: given.sessionIdleSeconds ?? Math.min(14 * DAY, sessionSeconds),
    sessionSeconds,
    refreshOverlapSeconds: given.refreshOverlapSeconds ?? 10,
    passwordMemoryKib: given.passwordMemoryKib ?? 19_456,
    passwordPasses: given.passwordPasses ?? 2,
    passwordMinimum: given.passwordMinimum ?? 8,
    passwordWords: given.passwordWords ?? Object.freeze([]),
    breachedPasswordsUrl: given.breachedPasswordsUrl,
    breachedPasswordsOutage: given.breachedPasswordsOutage ?? 'accept',
    mailServer: given.mailServer,
    mailFrom: given.mailFrom,
    brand: brandOf(given),
    origins: given.origins ?? Object.freeze([]),
    cookieDomain: given.cookieDomain,
    cookieSameSite: given.cookieSameSite ?? 'lax',
    cookieForm: given.cookieForm ?? 'http-only',
    secondFactor: given.secondFactor ?? 'optional',
    geoIpFile: given.geoIpFile,
    identityProviders: given.identityProviders ?? Object.freeze([]),
    logLevel: given.logLevel ?? 'info',
    ...signInLimits(given),
    ...passkeySettingsOf(given),
    ...oauthSettingsOf(given),
    ...metricsSettingsOf(given),
    ...auditSettingsOf(given),
  })
}

const localIssuer = (port: number): string => `http://127.0.0.1:${port}`

/** The same configuration once it is known which port the system gave. */
export function onPort(config: ServerConfig, port: number): ServerConfig {
  if (!config.issuerFollowsPort || config.port === port) return config
  const issuer = localIssuer(port)
  const followed = config.audience.length === 1 && config.audience[0] === config.issuer
  return Object.freeze({ ...config, port, issuer, audience: followed ? Object.freeze([issuer]) : config.audience })
}

/** Only where the database is, for whoever looks for a running server: nothing else has to be right for that. */
export function databaseFromEnvironment(environment: Readonly<Record<string, string | undefined>>): DatabasePlace {
  const { variable, read } = settings.database
  try {
    return read(environment[variable] || DEFAULT_DATABASE)
  } catch (error) {
    if (error instanceof WrongValue) throw new ConfigError([{ name: variable, problem: error.message, hint: error.hint }])
    throw error
  }
}
