import { AuthError, parseBase64urlJsonObject, type Principal, toEpochSeconds } from '../../core/index.ts'
import { type KeyLookUp, type KeySet, keySet } from '../../key/index.ts'
import { foreignId, ORIGIN } from '../../revocation/index.ts'
import { type AccessTokenClaims, requireAccessTokenClaims, verifyJws } from '../../token/index.ts'
import type { IssuerQuestions } from '../issuer-questions.ts'
import { noteChecked } from '../recheck.ts'
import type { RouteRule } from '../requirement.ts'
import { isStatusKnown, type StatusAges, type StatusChecker, type TokenStatus } from '../token-status.ts'
import { describeToken, type VerifiedToken } from '../verified-token.ts'
import { VerifiedTokenCache } from '../verified-token-cache.ts'
import { isUnknownKey, type OtherIssuers, type RevocationView } from '../verify.ts'
import { commonClaims } from './foreign-claims.ts'
import type { ForeignIssuerSettings } from './foreign-issuer-options.ts'

/** The published keys of another issuer. */
export interface ForeignKeys {
  /** `undefined` when they were never read, or too long ago. */
  current(): KeySet | undefined
  /** Asks the issuer, within bounds, because a token names a key that is not known. Never throws. */
  lookUp(kid: string): Promise<KeyLookUp>
}

export interface ForeignIssuer {
  readonly settings: ForeignIssuerSettings
  readonly keys: ForeignKeys
  /** Undefined where it cannot be asked about its tokens. */
  readonly questions: IssuerQuestions | undefined
  /** Undefined where it publishes no status lists, or none that matter. */
  readonly statuses: StatusChecker | undefined
}

export interface ForeignIssuersOptions {
  readonly issuers: readonly ForeignIssuer[]
  readonly replica: RevocationView
  /** So long the log remembers a cut-off, in seconds: no token may outlive it. */
  readonly cutoffLifeSeconds: () => number
  readonly cacheSize: number
  readonly clockToleranceSeconds: number
  readonly ages: StatusAges
}

const noKeys: KeySet = keySet([])

/** Verifies tokens of other issuers, each by its own keys and rules, all by the one revocation log. */
export class ForeignIssuers implements OtherIssuers {
  readonly #options: ForeignIssuersOptions
  readonly #cache: VerifiedTokenCache
  readonly #byUrl: ReadonlyMap<string, ForeignIssuer>

  constructor(options: ForeignIssuersOptions) {
    this.#options = options
    this.#cache = new VerifiedTokenCache(options.cacheSize)
    this.#byUrl = new Map(options.issuers.map((issuer) => [issuer.settings.issuer, issuer]))
  }

  knows(compact: string): boolean {
    return this.#byUrl.has(claimedIssuer(compact))
  }

  /**
   * Does not check that the log is fresh: whoever asks has.
   *
   * @returns `undefined` for a token that names none of these issuers. A promise where keys have to be waited for: ask again then.
   * @throws {AuthError} `credential_malformed`, `token_invalid`, `token_expired`, `token_revoked`; `revocation_unknown` when the keys
   * of the issuer cannot be had.
   */
  verify(text: string, compact: string): VerifiedToken | Promise<void> | undefined {
    const seen = this.#cache.find(text)
    if (seen !== undefined && this.#holdsStill(seen)) return this.#requireUnrevoked(seen)
    const issuer = this.#byUrl.get(claimedIssuer(compact))
    if (issuer === undefined) return undefined
    try {
      return this.#requireUnrevoked(this.#authenticate(text, compact, issuer))
    } catch (error) {
      if (isUnknownKey(error)) return this.#awaitKey(issuer, error)
      throw error
    }
  }

  isStatusKnown(token: VerifiedToken, rule: RouteRule): Promise<boolean> {
    return token.status === undefined ? Promise.resolve(true) : isStatusKnown(token.status, rule, this.#options.ages)
  }

  async verifyByAsking(text: string, compact: string, isLogKnown: () => Promise<boolean>): Promise<VerifiedToken> {
    const token = await this.#authenticateWithKeys(text, compact)
    const { issuer } = token.principal
    const questions = this.#byUrl.get(issuer)?.questions
    if (questions === undefined) throw new AuthError('revocation_unknown', { reason: 'foreign_issuer_without_introspection', issuer })
    if (!(await isLogKnown())) throw new AuthError('revocation_unknown', { reason: 'end_of_log_unknown' })
    await questions.ask(compact)
    noteChecked(token, toEpochSeconds(this.#options.replica.now()))
    return this.#requireUnrevoked(token)
  }

  async #authenticateWithKeys(text: string, compact: string): Promise<VerifiedToken> {
    for (let isFirst = true; ; isFirst = false) {
      const token = this.verify(text, compact)
      if (token !== undefined && !(token instanceof Promise)) return token
      if (token === undefined || !isFirst) throw new AuthError('revocation_unknown', { reason: 'unknown_key' })
      await token
    }
  }

  #holdsStill({ principal, key, notBefore, notAfter }: VerifiedToken): boolean {
    const keys = this.#byUrl.get(principal.issuer)?.keys.current()
    const nowSeconds = this.#options.replica.now() / 1000
    // Another key of the same name is another key.
    return key !== undefined && keys?.find(key.kid) === key && nowSeconds > notBefore && nowSeconds < notAfter
  }

  #authenticate(text: string, compact: string, { settings, keys, statuses }: ForeignIssuer): VerifiedToken {
    const { replica, cutoffLifeSeconds, clockToleranceSeconds } = this.#options
    const { issuer, audience, algorithms, tokenType } = settings
    const known = keys.current() ?? noKeys
    const type = tokenType === 'jwt' ? ['jwt', ''] : 'at+jwt'
    const { payload, keyId } = verifyJws(compact, known, { type, algorithms })
    const claims = requireAccessTokenClaims(present(commonClaims(payload, compact, settings)), {
      issuer,
      audience,
      now: toEpochSeconds(replica.now()),
      clockToleranceSeconds,
      maxLifetimeSeconds: Math.min(settings.maxLifetimeSeconds, cutoffLifeSeconds()),
    })
    const status = statuses && { checker: statuses, claim: payload['status'], validAtMs: Number.NEGATIVE_INFINITY }
    const token = describe(text, { claims, keyId, sub: String(payload['sub']), status }, known, clockToleranceSeconds)
    this.#cache.add(token)
    return token
  }

  #requireUnrevoked(token: VerifiedToken): VerifiedToken {
    const { replica } = this.#options
    if (token.clearAt === replica.moved) return token
    if (replica.isRevoked(token.facts)) throw new AuthError('token_revoked', { tokenId: token.facts.tokenId })
    token.clearAt = replica.moved
    return token
  }

  async #awaitKey({ settings: { issuer }, keys }: ForeignIssuer, unknownKey: AuthError): Promise<void> {
    const kid = String(unknownKey.detail['kid'])
    const lookUp = await keys.lookUp(kid)
    // The issuer was asked, and it does not have the key.
    if (lookUp === 'absent') throw unknownKey
    if (lookUp !== 'found') throw new AuthError('revocation_unknown', { reason: 'unknown_key', kid, issuer })
  }
}

/** The issuer that a token names. Nothing is believed of it yet: it only says by whose keys the token is to be verified. */
function claimedIssuer(compact: string): string {
  const [, payload = ''] = compact.split('.', 2)
  try {
    return String(parseBase64urlJsonObject(payload)['iss'])
  } catch {
    // The issuer of the log has the word for what cannot be read.
    return ''
  }
}

const present = (claims: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))

interface ForeignToken {
  readonly claims: AccessTokenClaims
  readonly keyId: string
  readonly sub: string
  readonly status: TokenStatus | undefined
}

/**
 * As every verified token, with these differences: the subject is what the issuer calls it, while the user's id is ours for it; and what
 * the rule reads is named as the log names it, with the time of issue in the place of a position.
 */
function describe(text: string, { claims, keyId, sub, status }: ForeignToken, keys: KeySet, toleranceSeconds: number): VerifiedToken {
  const token = describeToken(text, { claims: { ...claims, rev: ORIGIN }, keyId }, keys, toleranceSeconds)
  const principal: Principal = Object.freeze({ ...token.principal, subject: sub })
  const facts = Object.freeze({ ...token.facts, user: claims.sub, keyId: foreignId(claims.iss, keyId), issuedAt: claims.iat })
  return { ...token, principal, facts, status }
}
