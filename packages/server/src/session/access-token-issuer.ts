import type { Platform } from 'countersign/core'
import { newId, toEpochSeconds } from 'countersign/core'
import type { AccessTokenClaims } from 'countersign/token'
import type { Position } from 'countersign/revocation'
import { newIdInPlace, signAccessTokenInBackground } from 'countersign/token'
import type { SigningKeys } from '../signing/signing-keys.ts'
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
  /** Which scopes a role brings. */
  readonly roleScopes?: Readonly<Record<string, readonly string[]>>
}

export interface IssuedAccessToken {
  readonly accessToken: string
  readonly expiresInSeconds: number
}

const DEFAULT_LIFE_SECONDS = 300

/** Access tokens in the profile of DESIGN 5 (RFC 9068), from what an issuing transaction saw. */
export class AccessTokenIssuer {
  readonly #options: AccessTokenIssuerOptions
  readonly #audience: string | readonly string[]
  readonly #scopes: ReadonlyMap<string, readonly string[]>

  constructor(options: AccessTokenIssuerOptions) {
    this.#options = options
    this.#audience = options.audience.length === 1 ? options.audience[0] : options.audience
    this.#scopes = new Map(Object.entries(options.roleScopes ?? {}))
  }

  /** Never lives longer than its session. `rev` is the log position that the transaction saw, so a later cut-off kills it. */
  async issue({ rev, session, subject }: Issuance): Promise<IssuedAccessToken> {
    const { issuer, keys, platform, opaque, statusOf, lifeSeconds = DEFAULT_LIFE_SECONDS } = this.#options
    const iat = toEpochSeconds(platform.clock.now())
    const exp = Math.min(iat + lifeSeconds, toEpochSeconds(session.expiresAt))
    const scope = this.#scopeOf(subject.roles)
    const status = opaque === undefined ? statusOf?.({ user: subject.id, session: session.id, rev }) : undefined
    const claims: AccessTokenClaims = {
      iss: issuer,
      sub: subject.id,
      aud: this.#audience,
      client_id: session.client,
      iat,
      exp,
      jti: status === undefined ? newId('jti', platform.random) : newIdInPlace('jti', status.idx, platform.random),
      sid: session.id,
      rev,
      ...(scope === '' ? {} : { scope }),
      ...(subject.roles.length === 0 ? {} : { roles: subject.roles }),
      ...(subject.groups.length === 0 ? {} : { groups: subject.groups }),
      auth_time: toEpochSeconds(session.authenticatedAt),
      amr: session.amr,
      ...(status === undefined ? {} : { status: { status_list: status } }),
    }
    const accessToken = opaque?.seal(claims) ?? (await signAccessTokenInBackground(claims, keys.current('access-token')))
    return { accessToken, expiresInSeconds: exp - iat }
  }

  #scopeOf(roles: readonly string[]): string {
    const scopes = new Set<string>()
    for (const role of roles) for (const scope of this.#scopes.get(role) ?? []) scopes.add(scope)
    return [...scopes].join(' ')
  }
}
