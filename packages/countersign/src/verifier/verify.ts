import { AuthError, type Cancel, type EpochMs, toEpochSeconds } from '../core/index.ts'
import type { JwsAlgorithm } from '../crypto/index.ts'
import type { KeyLookUp, KeySet } from '../key/index.ts'
import type { FreshnessReport, Position, PreparedFacts, Replica, TokenFacts } from '../revocation/index.ts'
import { OPAQUE_TOKEN_PREFIX, requireAccessTokenClaims, verifyAccessToken } from '../token/index.ts'
import { extractBearer, requireBearer } from './extract/bearer.ts'
import type { HeadQuestions } from './head-questions.ts'
import type { IssuerQuestions } from './issuer-questions.ts'
import { isDue, noteChecked, type Recheck } from './recheck.ts'
import type { RouteRule } from './requirement.ts'
import { describeOpaqueToken, describeToken, type VerifiedToken } from './verified-token.ts'
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
  isRevoked(facts: TokenFacts, prepared?: PreparedFacts): boolean
  /** Hashes what can revoke a token, for asking again and again. */
  prepare(facts: TokenFacts): PreparedFacts
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

/** Tokens of issuers that are not the issuer of the log. */
export interface OtherIssuers {
  /** Whether the token names one of them. Nothing of it is verified. */
  knows(compact: string): boolean
  /**
   * @returns `undefined` for a token that names none of them. A promise where their keys have to be waited for: verify again then.
   * @throws {AuthError} as `TokenVerification.verify`.
   */
  verify(text: string, compact: string): VerifiedToken | Promise<void> | undefined
  /**
   * Reads the status list of a token that has a status.
   *
   * @returns `false` where the list cannot be had and the route asks the issuer in that case.
   * @throws {AuthError} `token_revoked`, `token_invalid`, `revocation_unknown`.
   */
  isStatusKnown(token: VerifiedToken, rule: RouteRule): Promise<boolean>
  /**
   * As `verify`, and the token's own issuer is asked whether it lives. It knows nothing of what our log has revoked.
   *
   * @param isLogKnown Whether all of the log is known: asked before the issuer is, and after everything that nobody needs to be asked about.
   * @throws {AuthError} as `verify`; `revocation_unknown` for a token of an issuer that cannot be asked, or does not answer; `overloaded`.
   */
  verifyByAsking(text: string, compact: string, isLogKnown: () => Promise<boolean>): Promise<VerifiedToken>
}

export interface VerificationParts {
  readonly replica: RevocationView
  readonly keys: KeySource
  readonly cache: VerifiedTokenCache
  readonly questions: IssuerQuestions
  readonly others?: OtherIssuers | undefined
  /** Asks our issuer where its log ends; where tokens of others are accepted. */
  readonly heads?: Pick<HeadQuestions, 'confirm'> | undefined
  readonly issuer: string
  readonly audience: string | readonly string[]
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
   * @returns the token; a promise of it only where the feed, the keys or the issuer's answer have to be waited for.
   * @throws {AuthError} `revocation_unknown`, `credential_malformed`, `token_invalid`, `token_expired`, `token_revoked`, `overloaded`.
   */
  verify(text: string, rule: RouteRule): VerifiedToken | Promise<VerifiedToken> {
    const { replica } = this.#parts
    // The one look at the clock that a seen token costs; it takes as long as finding the token.
    const now = replica.now()
    if (!rule.acceptsFresh || !replica.isFreshAt(now)) return this.#verifyWithCare(text, rule, now)
    return this.#verifyLocally(text, rule, now)
  }

  #verifyLocally(text: string, rule: RouteRule, now: EpochMs): VerifiedToken | Promise<VerifiedToken> {
    const seen = this.#find(text, now)
    return seen === undefined ? this.#verifyAnew(text, rule) : this.#requireUnrevoked(seen, rule)
  }

  /** Where the route has a bound of its own or re-checks, and where the verifier is not fresh. */
  #verifyWithCare(text: string, rule: RouteRule, now: EpochMs): VerifiedToken | Promise<VerifiedToken> {
    if (this.#mustAsk(text, rule)) return this.#verifyByAsking(text, rule)
    return rule.recheck === undefined ? this.#verifyLocally(text, rule, now) : this.#verifyWithRecheck(text, rule, rule.recheck)
  }

  /** @throws {AuthError} `revocation_unknown` when the route neither accepts nor asks. */
  #mustAsk(text: string, rule: RouteRule): boolean {
    const freshness = this.#parts.replica.freshness()
    if (isFreshEnough(freshness, rule)) return false
    // What is no credential at all is refused as that, whatever is known of the log.
    extractBearer(text)
    return mustAsk(freshness, rule)
  }

  /** The issuer's word instead of the log's. What the log has revoked stays it, and what is forged does not get as far as the issuer. */
  async #verifyByAsking(text: string, rule: RouteRule): Promise<VerifiedToken> {
    const compact = requireBearer(text)
    if (isOpaque(compact)) return this.#learn(text, compact)
    const { replica, questions, others } = this.#parts
    if (others?.knows(compact)) return others.verifyByAsking(text, compact, () => this.#isLogKnown(rule))
    const token = this.#find(text, replica.now()) ?? (await this.#authenticateOrLearnKeys(text))
    requireNoCutoff(replica, token)
    await questions.ask(compact)
    requireNoCutoff(replica, token)
    noteChecked(token, toEpochSeconds(replica.now()))
    return token
  }

  /** The issuer of another's token does not know what our log has revoked since we last heard of it: ours is asked for that. */
  #isLogKnown(rule: RouteRule): Promise<boolean> {
    const { replica, heads } = this.#parts
    return isFreshEnough(replica.freshness(), rule) ? Promise.resolve(true) : (heads?.confirm() ?? Promise.resolve(false))
  }

  async #verifyWithRecheck(text: string, rule: RouteRule, recheck: Recheck): Promise<VerifiedToken> {
    const { replica } = this.#parts
    const seen = this.#find(text, replica.now())
    const token = await (seen === undefined ? this.#verifyAnew(text, rule) : this.#requireUnrevoked(seen, rule))
    // Of an opaque token that was not known the issuer has just been asked.
    const wasAsked = seen === undefined && token.key === undefined
    return wasAsked || !isDue(recheck, token, toEpochSeconds(replica.now())) ? token : this.#verifyByAsking(text, rule)
  }

  /** A token that was verified before, if all that was found out still holds but for its revocation. */
  #find(text: string, now: EpochMs): VerifiedToken | undefined {
    const { keys, cache } = this.#parts
    const seen = cache.find(text)
    if (seen === undefined || !holdsStill(seen, keys.accessTokenKeys())) return undefined
    const nowSeconds = now / 1000
    // Outside of these bounds verifying anew says what is wrong, in the same words as for a token never seen.
    return nowSeconds > seen.notBefore && nowSeconds < seen.notAfter ? seen : undefined
  }

  #verifyAnew(text: string, rule: RouteRule): VerifiedToken | Promise<VerifiedToken> {
    const compact = requireBearer(text)
    if (isOpaque(compact)) return this.#learn(text, compact).then((token) => this.#requireUnrevoked(token, rule))
    const foreign = this.#parts.others?.verify(text, compact)
    if (foreign instanceof Promise) return foreign.then(() => this.verify(text, rule))
    if (foreign !== undefined) return foreign.status === undefined ? foreign : this.#verifyStatus(foreign, rule)
    const token = this.#authenticateOrLearnKeys(text)
    if (!(token instanceof Promise)) return this.#requireUnrevoked(token, rule)
    return token.then((authentic) => {
      // Asking for keys took its time.
      return this.#mustAsk(text, rule) ? this.#verifyByAsking(text, rule) : this.#requireUnrevoked(authentic, rule)
    })
  }

  async #verifyStatus(token: VerifiedToken, rule: RouteRule): Promise<VerifiedToken> {
    const { others, replica } = this.#parts
    const isKnown = await others?.isStatusKnown(token, rule)
    // Reading the list took its time.
    if (isKnown !== true || this.#mustAsk(token.text, rule)) return this.#verifyByAsking(token.text, rule)
    requireNoCutoff(replica, token)
    return token
  }

  #authenticateOrLearnKeys(text: string): VerifiedToken | Promise<VerifiedToken> {
    try {
      return this.#authenticate(text)
    } catch (error) {
      if (isUnknownKey(error)) return this.#authenticateWithNewKeys(text, error)
      throw error
    }
  }

  /** Signature and claims. What passes is remembered, revoked or not: refusing it again then costs no cryptography. */
  #authenticate(text: string): VerifiedToken {
    const { algorithms, clockToleranceSeconds, cache } = this.#parts
    const keys = this.#parts.keys.accessTokenKeys()
    const verified = verifyAccessToken(requireBearer(text), keys, { ...this.#expectation(), algorithms })
    const token = describeToken(text, verified, keys, clockToleranceSeconds)
    cache.add(token)
    return token
  }

  /** An opaque token: its issuer says what it stands for, once; from then on the log decides, as about any other. */
  async #learn(text: string, compact: string): Promise<VerifiedToken> {
    const { questions, replica, keys, cache, clockToleranceSeconds } = this.#parts
    const claims = requireAccessTokenClaims(await questions.ask(compact), this.#expectation())
    const token = describeOpaqueToken(text, claims, keys.accessTokenKeys(), clockToleranceSeconds)
    requireNoCutoff(replica, token)
    noteChecked(token, toEpochSeconds(replica.now()))
    cache.add(token)
    return token
  }

  #expectation() {
    const { issuer, audience, clockToleranceSeconds, replica } = this.#parts
    return { issuer, audience, now: toEpochSeconds(replica.now()), clockToleranceSeconds }
  }

  #requireUnrevoked(token: VerifiedToken, rule: RouteRule): VerifiedToken | Promise<VerifiedToken> {
    const { replica } = this.#parts
    // The log has not moved since it was last found unrevoked: it still is.
    if (token.clearAt === replica.moved) return token
    if (token.facts.rev > replica.position) return this.#verifyWhenCaughtUp(token, rule)
    requireNoCutoff(replica, token)
    token.clearAt = replica.moved
    return token
  }

  /** The token's issuer had seen more of the log than this replica: the replica is behind, whatever its heartbeats say. */
  async #verifyWhenCaughtUp(token: VerifiedToken, rule: RouteRule): Promise<VerifiedToken> {
    const { replica } = this.#parts
    const caughtUp = await replica.waitFor(token.facts.rev, CATCH_UP_MS)
    if (!caughtUp) throw new AuthError('revocation_unknown', { reason: 'behind', rev: token.facts.rev, position: replica.position })
    return this.#mustAsk(token.text, rule) ? this.#verifyByAsking(token.text, rule) : this.#verifyLocally(token.text, rule, replica.now())
  }

  /** The issuer may have a key that is younger than our key set: ask once. */
  async #authenticateWithNewKeys(text: string, unknownKey: AuthError): Promise<VerifiedToken> {
    const kid = String(unknownKey.detail['kid'])
    const lookUp = await this.#parts.keys.lookUp(kid)
    // Nothing that such a key signed can be accepted any more; and its owner is told to refresh, not to give up.
    if (lookUp === 'revoked') throw new AuthError('token_revoked', { kid })
    if (lookUp === 'unknown') throw new AuthError('revocation_unknown', { reason: 'unknown_key', kid })
    if (lookUp === 'absent') throw unknownKey
    return this.#authenticate(text)
  }
}

const isOpaque = (compact: string): boolean => compact.startsWith(OPAQUE_TOKEN_PREFIX)

/** @throws {AuthError} `token_revoked`. Does not check whether the token is ahead of the replica. */
function requireNoCutoff(replica: RevocationView, token: VerifiedToken): void {
  const { facts } = token
  token.prepared ??= replica.prepare(facts)
  if (replica.isRevoked(facts, token.prepared)) throw new AuthError('token_revoked', { tokenId: facts.tokenId })
}

/** Whether the very key that verified the token is still in use. Another key of the same name is another key. */
export function holdsStill(seen: VerifiedToken, keys: KeySet): boolean {
  if (seen.keys === keys) return true
  if (keys.find(seen.facts.keyId) !== seen.key) return false
  seen.keys = keys
  return true
}

export function isFreshEnough({ state, ageMs }: FreshnessReport, rule: RouteRule): boolean {
  return (state === 'fresh' || (state === 'grace' && rule.freshness !== 'strict')) && ageMs <= rule.maxAgeMs
}

/**
 * Whether the issuer is to be asked about the credential, since too little is known of its log.
 *
 * @throws {AuthError} `revocation_unknown` when the route neither accepts that nor asks.
 */
export function mustAsk(freshness: FreshnessReport, rule: RouteRule): boolean {
  if (isFreshEnough(freshness, rule)) return false
  if (rule.asksWhenStale) return true
  if (freshness.ageMs <= rule.acceptedAgeMs) return false
  throw revocationUnknown(freshness)
}

/** The issuer was not heard of lately enough. That is not the caller's fault: 503, never 401. */
function revocationUnknown({ state, ageMs, reason }: FreshnessReport): AuthError {
  return new AuthError('revocation_unknown', { reason: reason ?? state, ageMs: Math.round(ageMs) })
}

export function isUnknownKey(error: unknown): error is AuthError {
  return error instanceof AuthError && error.code === 'token_invalid' && error.detail['reason'] === 'unknown_key'
}
