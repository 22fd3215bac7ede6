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
}

const DEFAULT_SECONDS = 3600
/** Together with an id of 255 characters it fits a target of the log. */
const MAX_ISSUER_LENGTH = 255
const YEAR_SECONDS = 31_622_400

const names: ReadonlySet<string> = new Set([
  'issuer',
  'jwksUri',
  'audience',
  'algorithms',
  'tokenType',
  'claims',
  'maxLifetimeSeconds',
  'jwksMaxAgeSeconds',
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

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)

const isPublicAlgorithm = (name: unknown): boolean => typeof name === 'string' && name !== 'HS256' && Object.hasOwn(jwsAlgorithms, name)

const isName = (value: unknown): boolean => typeof value === 'string' && value !== ''

const isClaimPath = (path: unknown): boolean => isName(path) || (Array.isArray(path) && path.length > 0 && path.every(isName))
