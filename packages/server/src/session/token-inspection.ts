import type { KeySource } from 'countersign'
import { AuthError, type RefusalCode, toEpochSeconds } from 'countersign/core'
import type { JwsAlgorithm } from 'countersign/crypto'
import { factsOf, type Replica } from 'countersign/revocation'
import {
  ACCESS_TOKEN_TYPE,
  type AccessTokenClaims,
  OPAQUE_KEY_ID,
  OPAQUE_TOKEN_PREFIX,
  requireAccessTokenClaims,
  type VerifiedAccessToken,
  verifyJws,
} from 'countersign/token'
import type { OpaqueTokens } from './opaque-token.ts'
import { REFRESH_TOKEN_PREFIX } from './refresh-token.ts'
import type { Session } from './session.ts'
import type { Sessions } from './sessions.ts'

export interface TokenInspectionOptions {
  readonly issuer: string
  readonly algorithms: readonly JwsAlgorithm[]
  /** Our own published keys of access tokens. */
  readonly keys: Pick<KeySource, 'accessTokenKeys' | 'load'>
  readonly opaque: OpaqueTokens
  readonly sessions: Sessions
  /** The log, as far as it was committed before the call. */
  readonly log: () => Promise<Pick<Replica, 'isRevoked' | 'position' | 'now'>>
  readonly clockToleranceSeconds: number
}

/** A token that is alive. */
export type InspectedToken =
  | { readonly kind: 'access'; readonly claims: AccessTokenClaims; readonly keyId: string }
  /** `isCurrent`: the newest of its session; an older one may only be a retry. */
  | { readonly kind: 'refresh'; readonly session: Session; readonly isCurrent: boolean }

/** What an unusable token is refused with, as opposed to a fault of ours. */
const dead: ReadonlySet<RefusalCode> = new Set(['credential_malformed', 'token_invalid', 'token_expired', 'refresh_invalid'])

/** What the issuer itself says of a token: by the same rule, and with the same tolerance, as a verifier that is fresh (I05). */
export class TokenInspection {
  readonly #options: TokenInspectionOptions

  constructor(options: TokenInspectionOptions) {
    this.#options = options
  }

  /**
   * Does not check for whom the token is: the audience is in the claims, and whoever asks knows who they are.
   *
   * @returns `undefined` for whatever is unknown, expired, revoked or of somebody else.
   * @throws {AuthError} `revocation_unknown` when the token was issued on a log that this server has not got; `unavailable`.
   */
  async inspect(token: string): Promise<InspectedToken | undefined> {
    try {
      if (token.startsWith(REFRESH_TOKEN_PREFIX)) return { kind: 'refresh', ...(await this.#options.sessions.findByRefreshToken(token)) }
      return await this.#inspectAccessToken(token)
    } catch (error) {
      if (error instanceof AuthError && dead.has(error.code)) return undefined
      throw error
    }
  }

  async #inspectAccessToken(token: string): Promise<InspectedToken | undefined> {
    const log = await this.#options.log()
    const now = toEpochSeconds(log.now())
    const { claims, keyId } = token.startsWith(OPAQUE_TOKEN_PREFIX) ? this.#open(token, now) : await this.#verify(token, now)
    if (claims.rev === undefined) return undefined
    if (claims.rev > log.position) throw new AuthError('revocation_unknown', { rev: claims.rev, position: log.position })
    return log.isRevoked(factsOf(claims, keyId)) ? undefined : { kind: 'access', claims, keyId }
  }

  #open(token: string, now: number): VerifiedAccessToken {
    const claims = this.#options.opaque.open(token)
    if (claims === undefined) throw new AuthError('token_invalid', { reason: 'not_ours' })
    return { claims: this.#checked(claims, now), keyId: OPAQUE_KEY_ID }
  }

  async #verify(token: string, now: number): Promise<VerifiedAccessToken> {
    const { keys, algorithms } = this.#options
    const open = (): VerifiedAccessToken => {
      const { payload, keyId } = verifyJws(token, keys.accessTokenKeys(), { type: ACCESS_TOKEN_TYPE, algorithms })
      return { claims: this.#checked(payload, now), keyId }
    }
    try {
      return open()
    } catch (error) {
      if (!(error instanceof AuthError && error.detail['reason'] === 'unknown_key')) throw error
      // Another server may have made a key just now.
      await keys.load()
      return open()
    }
  }

  /** For whichever audience it names. */
  #checked(claims: Readonly<Record<string, unknown>>, now: number): AccessTokenClaims {
    const { issuer, clockToleranceSeconds } = this.#options
    const { aud } = claims
    const audience: unknown = Array.isArray(aud) ? aud[0] : aud
    if (typeof audience !== 'string') throw new AuthError('token_invalid', { reason: 'claim', claim: 'aud' })
    return requireAccessTokenClaims(claims, { issuer, audience, now, clockToleranceSeconds })
  }
}
