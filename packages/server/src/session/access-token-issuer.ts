import type { Platform } from 'countersign/core'
import { newId, toEpochSeconds } from 'countersign/core'
import type { AccessTokenClaims } from 'countersign/token'
import type { Position } from 'countersign/revocation'
import { loginTrace, newIdInPlace, signAccessTokenInBackground } from 'countersign/token'
import { type LivingAccessKey, RoleScopes } from '../credential/index.ts'
import type { SigningKeys } from '../signing/signing-keys.ts'
import { authenticationContext } from './acr.ts'
import { ENROLMENT, enrolmentAudience } from './enrolment.ts'
import { rolesNow } from './elevated-role.ts'
import type { OpaqueTokens } from './opaque-token.ts'
import type { Issuance } from './session-store.ts'

export interface AccessTokenIssuerOptions {
  /** `iss`: our URL. */
  readonly issuer: string
  /** `aud`: who may accept the token; a string in the token when it is one. */
  readonly audience: readonly [string, ...string[]]
  readonly keys: SigningKeys
  readonly platform: Platform
  /** Default 300. */
  readonly lifeSeconds?: number
  /** Given, tokens are opaque: sealed instead of signed. */
  readonly opaque?: OpaqueTokens
  /** Where a signed token stands in a Token Status List. Given, tokens say it. */
  readonly statusOf?: (facts: {
    readonly user: string
    readonly session: string
    readonly rev: Position
  }) => { readonly idx: number; readonly uri: string } | undefined
  /** Every account must have a second factor: see `ENROLMENT`. */
  readonly needsSecondFactor?: boolean
  /** Told of each token. Must not throw. */
  readonly onIssued?: (grant: TokenGrant) => void
  /** Which scopes a role brings by the configuration; what the database says stands in the issuance. */
  readonly roleScopes?: Readonly<Record<string, readonly string[]>>
}

/** What a token was issued for. */
export type TokenGrant = 'session' | 'access_key' | 'token_exchange' | 'workload'

export interface IssuedAccessToken {
  readonly accessToken: string
  readonly expiresInSeconds: number
}

const DEFAULT_LIFE_SECONDS = 300

/** Access tokens in the profile of DESIGN 5 (RFC 9068), from what an issuing transaction saw. */
export class AccessTokenIssuer {
  readonly #options: AccessTokenIssuerOptions
  readonly #audience: string | readonly string[]
  readonly #scopes: RoleScopes

  constructor(options: AccessTokenIssuerOptions) {
    this.#options = options
    this.#audience = options.audience.length === 1 ? options.audience[0] : options.audience
    this.#scopes = new RoleScopes(options.roleScopes)
  }

  /** Never lives longer than its session, or than a role that ends. `rev` is the log position that the transaction saw, so a later cut-off kills it. */
  async issue(issuance: Issuance): Promise<IssuedAccessToken & { readonly roles: readonly string[] }> {
    const { rev, session, subject } = issuance
    const { issuer, platform, opaque, statusOf, lifeSeconds = DEFAULT_LIFE_SECONDS } = this.#options
    const iat = toEpochSeconds(platform.clock.now())
    const strength = authenticationContext(session.amr)
    const isEnrolling = this.#options.needsSecondFactor === true && strength === undefined
    const acr = isEnrolling ? ENROLMENT : strength
    const { roles, until } = isEnrolling ? { roles: [], until: Number.POSITIVE_INFINITY } : rolesNow(issuance, iat)
    const exp = Math.min(iat + lifeSeconds, toEpochSeconds(session.expiresAt), until)
    const scope = this.#scopes.of(roles, issuance.storedScopes).join(' ')
    const login = loginTrace(session.id, session.device)
    const status = opaque === undefined ? statusOf?.({ user: subject.id, session: session.id, rev }) : undefined
    const claims: AccessTokenClaims = {
      iss: issuer,
      sub: subject.id,
      aud: isEnrolling ? enrolmentAudience(issuer) : this.#audience,
      client_id: session.client,
      iat,
      exp,
      jti: status === undefined ? newId('jti', platform.random) : newIdInPlace('jti', status.idx, platform.random),
      sid: session.id,
      rev,
      ...(scope === '' ? {} : { scope }),
      ...(roles.length === 0 ? {} : { roles }),
      ...(subject.groups.length === 0 || isEnrolling ? {} : { groups: subject.groups }),
      auth_time: toEpochSeconds(session.authenticatedAt),
      amr: session.amr,
      ...(acr === undefined ? {} : { acr }),
      ...(login === undefined ? {} : { login }),
      ...(session.dpopKey === undefined ? {} : { cnf: { jkt: session.dpopKey } }),
      ...(status === undefined ? {} : { status: { status_list: status } }),
    }
    return { ...(await this.#sign(claims, 'session')), roles }
  }

  /**
   * For whoever has shown an access key: what the key may do, under its id as the client, so that the token ends with the key. The key of a
   * service speaks for itself and names no user (RFC 9068 section 2.2).
   *
   * @param longestSeconds Tokens live no longer than others all the same.
   * @param dpopKey The key that the token is bound to, by its thumbprint (RFC 9449), where it was proved to be there.
   */
  async issueForKey(
    { rev, key, subject, roles, scope }: LivingAccessKey,
    longestSeconds: number,
    dpopKey?: string,
  ): Promise<IssuedAccessToken> {
    const { issuer, platform, lifeSeconds = DEFAULT_LIFE_SECONDS } = this.#options
    const iat = toEpochSeconds(platform.clock.now())
    const end = key.expiresAt === undefined ? Number.POSITIVE_INFINITY : toEpochSeconds(key.expiresAt)
    const claims: AccessTokenClaims = {
      iss: issuer,
      sub: key.owner.kind === 'user' ? subject.id : key.id,
      aud: this.#audience,
      client_id: key.id,
      iat,
      exp: Math.min(iat + Math.min(lifeSeconds, longestSeconds), end),
      jti: newId('jti', platform.random),
      ...(key.session === undefined ? {} : { sid: key.session }),
      rev,
      ...(scope.length === 0 ? {} : { scope: scope.join(' ') }),
      ...(roles.length === 0 ? {} : { roles }),
      ...(subject.groups.length === 0 ? {} : { groups: subject.groups }),
      // RFC 8176: proof of possession of a key.
      ...(dpopKey === undefined ? {} : { amr: ['pop'], cnf: { jkt: dpopKey } }),
    }
    return this.#sign(claims, 'access_key')
  }

  /** For whoever has exchanged a token (`TokenExchange`). Lives no longer than others, nor than `claims` say. */
  issueExchanged(claims: AccessTokenClaims): Promise<IssuedAccessToken> {
    const { lifeSeconds = DEFAULT_LIFE_SECONDS } = this.#options
    return this.#sign({ ...claims, exp: Math.min(claims.exp, claims.iat + lifeSeconds) }, 'token_exchange')
  }

  /** For a workload (`WorkloadTokens`), as its rule says; that may be longer than others live. */
  issueForWorkload(claims: AccessTokenClaims): Promise<IssuedAccessToken> {
    return this.#sign(claims, 'workload')
  }

  async #sign(claims: AccessTokenClaims, grant: TokenGrant): Promise<IssuedAccessToken> {
    const { opaque, keys, onIssued } = this.#options
    const accessToken = opaque?.seal(claims) ?? (await signAccessTokenInBackground(claims, keys.current('access-token')))
    onIssued?.(grant)
    return { accessToken, expiresInSeconds: claims.exp - claims.iat }
  }
}
