import { AuthError, type Cancel, type EpochMs, type EpochSeconds, toEpochSeconds } from '../core/index.ts'
import type { JwsAlgorithm } from '../crypto/index.ts'
import type { KeyLookUp, KeySet } from '../key/index.ts'
import type { FreshnessReport, Position, Replica, TokenFacts } from '../revocation/index.ts'
import { verifyAccessToken } from '../token/index.ts'
import { extractBearer } from './extract/bearer.ts'
import type { RouteRule } from './requirement.ts'
import { describeToken, type VerifiedToken } from './verified-token.ts'
import type { VerifiedTokenCache } from './verified-token-cache.ts'

/** What verifying needs to know of the revocation log; a `Replica` fits. */
export interface RevocationView {
  readonly position: Position
  /** Changes with every applied entry. */
  readonly moved: number
  freshness(): FreshnessReport
  /** Whether `freshness` says fresh, without another look at a clock. May say no where it says yes. */
  isFreshAt(now: EpochMs): boolean
  now(): EpochMs
  isRevoked(facts: TokenFacts): boolean
  /** @returns whether the position was reached in time. */
  waitFor(position: Position, timeoutMs: number): Promise<boolean>
}

/** Where the issuer's keys come from. */
export interface KeySource {
  /** The keys of access tokens: the same object as long as they are the same keys. */
  accessTokenKeys(): KeySet
  feedKeys(): KeySet
  /**
   * Asks the issuer, after any question that is under way: for an issuer that has said that its keys changed.
   *
   * @throws {Error} The issuer gave no usable answer; the keys stay as they were.
   */
  load(): Promise<void>
  /** Asks the issuer because somebody named a key that is not known. That may be anybody, so it is bounded. Never throws. */
  lookUp(kid: string): Promise<KeyLookUp>
  /** Obeys what the log says of keys. A source without it is asked to `load` when the log announces new keys. */
  follow?(replica: Pick<Replica, 'onEntry'>): Cancel
}

export interface VerificationParts {
  readonly replica: RevocationView
  readonly keys: KeySource
  readonly cache: VerifiedTokenCache
  readonly issuer: string
  readonly audience: string
  readonly algorithms: readonly JwsAlgorithm[]
  readonly clockToleranceSeconds: number
}

/** How long a request waits for the feed when its token proves that the replica is behind. */
const CATCH_UP_MS = 250

/** Is it authentic, in time, unrevoked: from the presented text to a verified token. */
export class TokenVerification {
  readonly #parts: VerificationParts

  constructor(parts: VerificationParts) {
    this.#parts = parts
  }

  /**
   * Verifies a Bearer credential, from the cache where it can. Does not check what the caller may do (see `decide`).
   *
   * @param text The whole credential: the scheme and the token.
   * @returns the token; a promise of it only where the feed or the keys have to be waited for.
   * @throws {AuthError} `revocation_unknown`, `credential_malformed`, `token_invalid`, `token_expired`, `token_revoked`.
   */
  verify(text: string, rule: RouteRule): VerifiedToken | Promise<VerifiedToken> {
    const { replica, keys, cache } = this.#parts
    // The one look at the clock that a seen token costs; it takes as long as finding the token.
    const now = replica.now()
    if (!rule.acceptsFresh || !replica.isFreshAt(now)) this.#requireFreshness(text, rule)
    const seen = cache.find(text)
    if (seen !== undefined && holdsStill(seen, keys.accessTokenKeys())) {
      const nowSeconds = now / 1000
      // Outside of these bounds verifying anew says what is wrong, in the same words as for a token never seen.
      if (nowSeconds > seen.notBefore && nowSeconds < seen.notAfter) return this.#requireUnrevoked(seen, rule)
    }
    return this.#verifyAnew(text, rule)
  }

  #requireFreshness(text: string, rule: RouteRule): void {
    const freshness = this.#parts.replica.freshness()
    if (isFreshEnough(freshness, rule)) return
    // What is no credential at all is refused as that, whatever is known of the log.
    extractBearer(text)
    throw revocationUnknown(freshness)
  }

  #verifyAnew(text: string, rule: RouteRule): VerifiedToken | Promise<VerifiedToken> {
    let token: VerifiedToken
    try {
      token = this.#authenticate(text)
    } catch (error) {
      if (isUnknownKey(error)) return this.#verifyWithNewKeys(text, rule, error)
      throw error
    }
    return this.#requireUnrevoked(token, rule)
  }

  /** Signature and claims. What passes is remembered, revoked or not: refusing it again then costs no cryptography. */
  #authenticate(text: string): VerifiedToken {
    const { issuer, audience, algorithms, clockToleranceSeconds, replica, cache } = this.#parts
    const compact = extractBearer(text)
    if (compact === undefined) throw new AuthError('credential_missing')
    const keys = this.#parts.keys.accessTokenKeys()
    const now: EpochSeconds = toEpochSeconds(replica.now())
    const verified = verifyAccessToken(compact, keys, { issuer, audience, algorithms, now, clockToleranceSeconds })
    const token = describeToken(text, verified, keys, clockToleranceSeconds)
    cache.add(token)
    return token
  }

  #requireUnrevoked(token: VerifiedToken, rule: RouteRule): VerifiedToken | Promise<VerifiedToken> {
    const { replica } = this.#parts
    // The log has not moved since it was last found unrevoked: it still is.
    if (token.clearAt === replica.moved) return token
    if (token.facts.rev > replica.position) return this.#verifyWhenCaughtUp(token, rule)
    if (replica.isRevoked(token.facts)) throw new AuthError('token_revoked', { tokenId: token.facts.tokenId })
    token.clearAt = replica.moved
    return token
  }

  /** The token's issuer had seen more of the log than this replica: the replica is behind, whatever its heartbeats say. */
  async #verifyWhenCaughtUp(token: VerifiedToken, rule: RouteRule): Promise<VerifiedToken> {
    const { replica } = this.#parts
    const caughtUp = await replica.waitFor(token.facts.rev, CATCH_UP_MS)
    if (!caughtUp) throw new AuthError('revocation_unknown', { reason: 'behind', rev: token.facts.rev, position: replica.position })
    return this.verify(token.text, rule)
  }

  /** The issuer may have a key that is younger than our key set: ask once. */
  async #verifyWithNewKeys(text: string, rule: RouteRule, unknownKey: AuthError): Promise<VerifiedToken> {
    const kid = String(unknownKey.detail['kid'])
    const lookUp = await this.#parts.keys.lookUp(kid)
    // Nothing that such a key signed can be accepted any more; and its owner is told to refresh, not to give up.
    if (lookUp === 'revoked') throw new AuthError('token_revoked', { kid })
    if (lookUp === 'unknown') throw new AuthError('revocation_unknown', { reason: 'unknown_key', kid })
    if (lookUp === 'absent') throw unknownKey
    this.#requireFreshness(text, rule)
    return this.#requireUnrevoked(this.#authenticate(text), rule)
  }
}

/** Whether the very key that verified the token is still in use. Another key of the same name is another key. */
function holdsStill(seen: VerifiedToken, keys: KeySet): boolean {
  if (seen.keys === keys) return true
  if (keys.find(seen.facts.keyId) !== seen.key) return false
  seen.keys = keys
  return true
}

function isFreshEnough({ state, ageMs }: FreshnessReport, rule: RouteRule): boolean {
  return (state === 'fresh' || (state === 'grace' && rule.freshness !== 'strict')) && ageMs <= rule.maxAgeMs
}

/** The issuer was not heard of lately enough. That is not the caller's fault: 503, never 401. */
function revocationUnknown({ state, ageMs, reason }: FreshnessReport): AuthError {
  return new AuthError('revocation_unknown', { reason: reason ?? state, ageMs: Math.round(ageMs) })
}

function isUnknownKey(error: unknown): error is AuthError {
  return error instanceof AuthError && error.code === 'token_invalid' && error.detail['reason'] === 'unknown_key'
}
