import { isJsonObject } from '../../core/index.ts'
import { type JwsAlgorithm, jwsAlgorithms } from '../../crypto/index.ts'

/** Where a claim stands: its name, or the names on the way to it (`['realm_access', 'roles']`). */
export type ClaimPath = string | readonly string[]

/** Which claims hold what. Roles and groups are only taken from an issuer that was named their claim: it can then give itself any of them. */
export interface ClaimPaths {
  /** Default: `client_id`, else `azp`. */
  readonly client?: ClaimPath
  /** Default: `sid`. */
  readonly session?: ClaimPath
  /** A text with spaces, or a list of texts. Default: `scope`. */
  readonly scope?: ClaimPath
  /** A list of texts. Default: no roles. */
  readonly roles?: ClaimPath
  /** A list of texts. Default: no groups. */
  readonly groups?: ClaimPath
}

/** An issuer that is not Countersign (Keycloak, Auth0, any with a JWKS), whose tokens are accepted too. */
export interface ForeignIssuerOptions {
  /** Exactly as its tokens name it in `iss`. */
  readonly issuer: string
  /** Where its keys are. Default: `jwks_uri` of its OpenID Connect or RFC 8414 discovery document. */
  readonly jwksUri?: string
  /** What this service is called in the `aud` of its tokens. */
  readonly audience: string
  /** Never taken from a token. Not HS256: there is no secret to share. */
  readonly algorithms: readonly JwsAlgorithm[]
  /**
   * The `typ` of its access tokens. `at+jwt` (the default) is RFC 9068. `jwt` accepts plain JWTs, with `typ: JWT` or without any: only
   * the audience then tells an access token from whatever else this issuer signs.
   */
  readonly tokenType?: 'at+jwt' | 'jwt'
  readonly claims?: ClaimPaths
  /** The longest `exp - iat` that is accepted. Never longer than the log remembers (`COUNTERSIGN_FOREIGN_TOKEN_SECONDS`). Default 3600. */
  readonly maxLifetimeSeconds?: number
  /** So long its keys stay in use when it does not answer. Asked again after a sixth of it. Default 3600. */
  readonly jwksMaxAgeSeconds?: number
  /**
   * Where single tokens are asked about (RFC 7662), and as whom: for routes with `whenStale: 'ask'` or `recheck`. `none`: nowhere, and those
   * routes answer 503 where they would ask. A guard of such a route is not made as long as neither is said.
   */
  readonly introspection?: ForeignIntrospection | 'none'
  /** Its tokens name a Token Status List, which is read with every request. A token that names none is then refused. */
  readonly statusList?: ForeignStatusList
}

/** Either a client and its secret, sent by HTTP Basic authentication, or a Bearer credential. */
export interface ForeignIntrospection {
  /** `introspection_endpoint` of its discovery document. */
  readonly endpoint: string
  readonly clientId?: string
  readonly clientSecret?: string
  readonly credential?: string
}

export interface ForeignStatusList {
  /** Lists are read from these origins alone. Default: the issuer's. */
  readonly origins?: readonly string[]
  /** The longest that a list is used without asking again, whatever its `ttl` says. Default 60. */
  readonly maxAgeSeconds?: number
}

/** The options after parsing. */
export interface ForeignIssuerSettings {
  readonly issuer: string
  readonly jwksUri: string | undefined
  readonly audience: string
  readonly algorithms: readonly JwsAlgorithm[]
  readonly tokenType: 'at+jwt' | 'jwt'
  readonly claims: ClaimPaths
  readonly maxLifetimeSeconds: number
  readonly jwksMaxAgeSeconds: number
  readonly introspection: ForeignIntrospection | 'none' | undefined
  readonly statusList: ForeignStatusList | undefined
}

const DEFAULT_SECONDS = 3600
/** Together with an id of 255 characters it fits a target of the log. */
const MAX_ISSUER_LENGTH = 255
const YEAR_SECONDS = 31_622_400

/** RFC 6750 section 2.1: b64token. */
const bearerCredential = /^[A-Za-z0-9._~+/-]+=*$/
const names: ReadonlySet<string> = new Set([
  'issuer',
  'jwksUri',
  'audience',
  'algorithms',
  'tokenType',
  'claims',
  'maxLifetimeSeconds',
  'jwksMaxAgeSeconds',
  'introspection',
  'statusList',
])
const claimNames: ReadonlySet<string> = new Set(['client', 'session', 'scope', 'roles', 'groups'])

export const foreignIssuerSettings = (options: ForeignIssuerOptions): ForeignIssuerSettings =>
  Object.freeze({
    issuer: options.issuer,
    jwksUri: options.jwksUri,
    audience: options.audience,
    algorithms: Object.freeze([...options.algorithms]),
    tokenType: options.tokenType ?? 'at+jwt',
    claims: Object.freeze({ ...options.claims }),
    maxLifetimeSeconds: options.maxLifetimeSeconds ?? DEFAULT_SECONDS,
    jwksMaxAgeSeconds: options.jwksMaxAgeSeconds ?? DEFAULT_SECONDS,
    introspection: typeof options.introspection === 'object' ? Object.freeze({ ...options.introspection }) : options.introspection,
    statusList: options.statusList === undefined ? undefined : Object.freeze({ ...options.statusList }),
  })

/**
 * What is wrong with the list of other issuers, all of it.
 *
 * @param ownIssuer The issuer of the log.
 * @param urlMistakes What is wrong with a URL, in sentences that begin with `issuer`.
 */
export function foreignIssuerMistakes(list: unknown, ownIssuer: string, urlMistakes: (url: unknown) => readonly string[]): string[] {
  const mistakes: string[] = []
  if (!isList(list)) return ['issuers must be a list']
  const seen = new Set<string>([ownIssuer])
  for (const [index, options] of list.entries()) {
    const at = `issuers[${index}]`
    if (!isJsonObject(options)) {
      mistakes.push(`${at} must be an object`)
      continue
    }
    const { issuer, jwksUri } = options
    mistakes.push(...urlMistakes(issuer).map((mistake) => `${at}.${mistake}`))
    if (jwksUri !== undefined) {
      // Unlike an issuer, it may have a query.
      const [base] = typeof jwksUri === 'string' ? jwksUri.split('?') : []
      mistakes.push(...urlMistakes(base).map((mistake) => `${at}.${mistake.replace('issuer', 'jwksUri')}`))
    }
    mistakes.push(...memberMistakes(options).map((mistake) => `${at}${mistake}`))
    mistakes.push(...questionMistakes(options, urlMistakes).map((mistake) => `${at}${mistake}`))
    if (seen.has(String(issuer))) mistakes.push(`${at}.issuer is named twice`)
    seen.add(String(issuer))
  }
  return mistakes
}

function memberMistakes(options: Readonly<Record<string, unknown>>): string[] {
  const { issuer, audience, algorithms, tokenType = 'at+jwt', claims = {} } = options
  const mistakes = Object.keys(options)
    .filter((name) => !names.has(name))
    .map((name) => `.${name} is not an option`)
  if (String(issuer).length > MAX_ISSUER_LENGTH) mistakes.push(`.issuer must have at most ${MAX_ISSUER_LENGTH} characters`)
  if (typeof audience !== 'string' || audience === '') mistakes.push('.audience must be a text')
  if (!Array.isArray(algorithms) || algorithms.length === 0 || !algorithms.every(isPublicAlgorithm)) {
    mistakes.push('.algorithms must name signatures with public keys')
  }
  if (tokenType !== 'at+jwt' && tokenType !== 'jwt') mistakes.push(".tokenType must be 'at+jwt' or 'jwt'")
  if (!isJsonObject(claims)) mistakes.push('.claims must be an object')
  else
    for (const [name, path] of Object.entries(claims)) {
      if (!claimNames.has(name)) mistakes.push(`.claims.${name} is not an option`)
      else if (!isClaimPath(path)) mistakes.push(`.claims.${name} must be the name of a claim, or a list of names`)
    }
  for (const name of ['maxLifetimeSeconds', 'jwksMaxAgeSeconds'] as const) {
    const value = options[name] ?? DEFAULT_SECONDS
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > YEAR_SECONDS)
      mistakes.push(`.${name} must be a number of seconds`)
  }
  return mistakes
}

/** What is wrong with the addresses where its tokens are asked about. Never names a secret. */
function questionMistakes(
  { introspection = 'none', statusList = {} }: Readonly<Record<string, unknown>>,
  urlMistakes: (url: unknown) => readonly string[],
): string[] {
  const mistakes: string[] = []
  if (isJsonObject(introspection)) {
    const { endpoint, clientId, clientSecret, credential } = introspection
    mistakes.push(...urlMistakes(endpoint).map((mistake) => `.introspection.${mistake.replace('issuer', 'endpoint')}`))
    const isClient = isName(clientId) && isName(clientSecret) && credential === undefined
    const isBearer =
      typeof credential === 'string' && bearerCredential.test(credential) && clientId === undefined && clientSecret === undefined
    if (!isClient && !isBearer) mistakes.push('.introspection needs either clientId and clientSecret, or a credential')
  } else if (introspection !== 'none') mistakes.push(".introspection must be { endpoint, … } or 'none'")
  if (!isJsonObject(statusList)) return [...mistakes, '.statusList must be an object']
  const { origins = [], maxAgeSeconds = 1 } = statusList
  if (!Array.isArray(origins) || !origins.every(isOrigin)) mistakes.push('.statusList.origins must be origins like https://status.example')
  if (typeof maxAgeSeconds !== 'number' || !(maxAgeSeconds > 0 && maxAgeSeconds <= DEFAULT_SECONDS)) {
    mistakes.push(`.statusList.maxAgeSeconds must be above 0 and at most ${DEFAULT_SECONDS}`)
  }
  return mistakes
}

const isOrigin = (value: unknown): boolean => typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)

const isPublicAlgorithm = (name: unknown): boolean => typeof name === 'string' && name !== 'HS256' && Object.hasOwn(jwsAlgorithms, name)

const isName = (value: unknown): boolean => typeof value === 'string' && value !== ''

const isClaimPath = (path: unknown): boolean => isName(path) || (Array.isArray(path) && path.length > 0 && path.every(isName))
