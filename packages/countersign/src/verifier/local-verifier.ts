import { AuthError, type Cancel, type Clock, type EpochMs, type Principal, toEpochSeconds } from '../core/index.ts'
import type { FreshnessReport, Replica } from '../revocation/index.ts'
import type { ApiKeyVerification } from './api-key/index.ts'
import { requireAllowed } from './allow-rule.ts'
import type { PresentedCredentials } from './credential.ts'
import { decide } from './decide.ts'
import { decisionOf, type DecisionListener } from './decision.ts'
import { DecisionCounts } from './decision-counts.ts'
import { requireCsrfToken } from './extract/own-page.ts'
import { type CookieSource, extractToken } from './extract/presented.ts'
import type { IssuerConnection } from './issuer-connection.ts'
import { requireLoginPlace } from './login-place.ts'
import type { Possession, ProofClaim } from './possession/index.ts'
import type { PublicPlace } from './public-origin.ts'
import { parseRequirement, type Requirement, type RouteRule } from './requirement.ts'
import { type Refusal, respond } from './respond.ts'
import type { KeyNotices, SignedRequestVerification } from './signed-request/index.ts'
import { freshnessItem } from './status-answer.ts'
import type { VerifiedToken } from './verified-token.ts'
import type { VerifiedTokenCache } from './verified-token-cache.ts'
import type { Verifier, VerifierStatus } from './verifier.ts'
import type { VerifierReports } from './verifier-reports.ts'
import type { TokenVerification } from './verify.ts'
import type { Watch, WatchEnd } from './watch/watch.ts'
import { WatchList } from './watch/watch-list.ts'

export interface LocalVerifierParts {
  readonly issuer: string
  readonly clock: Clock
  readonly readyTimeoutMs: number
  readonly cookie: CookieSource | undefined
  readonly onRefusal: ((thrown: unknown) => void) | undefined
  readonly onDecision: DecisionListener | undefined
  /** Issuers whose tokens are accepted, and of which nobody has said whether they can be asked about them. */
  readonly unaskable: readonly string[]
  readonly verification: TokenVerification
  readonly possession: Possession
  readonly place: PublicPlace
  /** Undefined: the verifier takes tokens only. */
  readonly signed: SignedRequestVerification | undefined
  /** Undefined: the verifier takes no API keys. */
  readonly apiKeys: ApiKeyVerification | undefined
  /** The first whole second of which is known what was used in it, where that is forgotten with the process. */
  readonly rememberedSince: EpochMs | undefined
  readonly cache: VerifiedTokenCache
  readonly replica: Replica
  readonly connection: IssuerConnection
  /** Undefined: the issuer is not told how fresh the verifier is. */
  readonly reports: Pick<VerifierReports, 'counts'> | undefined
}

/** One request is one column: extract, verify, decide, respond. */
export class LocalVerifier implements Verifier {
  readonly #parts: LocalVerifierParts
  readonly #cookie: CookieSource | undefined
  readonly #verification: TokenVerification
  readonly #signed: SignedRequestVerification | undefined
  readonly #apiKeys: ApiKeyVerification | undefined
  readonly #watches: WatchList
  readonly #counts: DecisionCounts
  /** At once, since `#counts` was told last: to reach further for it would take longer than to count. */
  #accepted = 0
  /** As last announced: known without a look at the clock. */
  #isFresh: boolean

  constructor(parts: LocalVerifierParts) {
    this.#parts = parts
    this.#cookie = parts.cookie
    this.#verification = parts.verification
    this.#signed = parts.signed
    this.#apiKeys = parts.apiKeys
    const { clock, replica } = parts
    const { state } = replica.freshness()
    this.#isFresh = state === 'fresh'
    this.#counts = new DecisionCounts(state)
    replica.onFreshnessChange(({ state: next }) => {
      this.#isFresh = next === 'fresh'
      this.#tellCounts()
      this.#counts.enter(next)
    })
    this.#watches = new WatchList({ clock, replica, prove: (text, rule) => this.#prove(text, rule) })
  }

  async authenticate(credentials: PresentedCredentials, requirement?: Requirement): Promise<Principal> {
    return this.check(credentials, requirement)
  }

  check(credentials: PresentedCredentials, requirement?: Requirement): Principal | Promise<Principal> {
    try {
      const rule = parseRequirement(requirement)
      const holder = this.#apiKeys?.check(credentials, rule)
      if (holder !== undefined)
        return this.#count(
          holder instanceof Promise
            ? holder.then((found) => this.#allow(found, credentials, rule))
            : this.#allow(holder, credentials, rule),
        )
      const signed = this.#signed === undefined ? requireNoSignature(rule) : this.#signed.check(credentials, rule)
      if (signed !== undefined) return this.#count(signed.then((principal) => this.#allow(principal, credentials, rule)))
      const evidence = this.#verification.verify(this.#extract(credentials, rule), rule)
      if (evidence instanceof Promise) return this.#count(evidence.then((token) => this.#admit(token, credentials, rule)))
      const admitted = this.#admit(evidence, credentials, rule)
      if (admitted instanceof Promise) return this.#counts.settle(admitted)
      // Of what comes most often, the shortest way.
      this.#accepted++
      return admitted
    } catch (thrown) {
      this.#counts.refuse(thrown)
      throw thrown
    }
  }

  #count(principal: Principal | Promise<Principal>): Principal | Promise<Principal> {
    if (principal instanceof Promise) return this.#counts.settle(principal)
    this.#accepted++
    return principal
  }

  async watch(credentials: PresentedCredentials, requirement: Requirement | undefined, onEnd: WatchEnd): Promise<Watch> {
    return this.#counts.settle(this.#watch(credentials, parseRequirement(requirement), onEnd))
  }

  async #watch(credentials: PresentedCredentials, rule: RouteRule, onEnd: WatchEnd): Promise<Watch> {
    requireNoSignature(rule)
    return this.#watches.open(this.#extract(credentials, rule), rule, onEnd, (token) => this.#requireHolder(token, credentials, rule))
  }

  routeRule(requirement?: Requirement): RouteRule {
    const rule = parseRequirement(requirement)
    const { unaskable } = this.#parts
    if ((rule.asksWhenStale || rule.recheck !== undefined) && unaskable.length > 0) {
      const whose = unaskable.join(', ')
      throw new TypeError(`the route asks issuers about their tokens, and ${whose} has no introspection: name its endpoint, or say 'none'`)
    }
    if (rule.signed.mode === 'required' && this.#signed === undefined) {
      throw new TypeError('the route wants signed requests, and the verifier has no signedRequests')
    }
    return rule
  }

  notices(principal: Principal): KeyNotices | undefined {
    return this.#signed?.noticesFor(principal)
  }

  refuse(thrown: unknown, requirement?: Requirement): Refusal {
    try {
      this.#parts.onRefusal?.(thrown)
    } catch {
      // A listener that fails must not turn a refusal into something else.
    }
    return respond(thrown, parseRequirement(requirement), this.#parts.possession, this.#apiKeys?.challengeRealm)
  }

  async ready(): Promise<void> {
    await this.#becomeFresh()
    const { clock, rememberedSince } = this.#parts
    const remainingMs = (rememberedSince ?? 0) - clock.now()
    // Signers write whole seconds: what was signed in the very second of the start may be older than the start.
    if (remainingMs > 0) await new Promise<void>((resolve) => void clock.after(remainingMs, resolve, { keepsProcess: true }))
  }

  async #becomeFresh(): Promise<void> {
    const { replica, clock, readyTimeoutMs } = this.#parts
    if (replica.freshness().state === 'fresh') return
    await new Promise<void>((resolve, reject) => {
      const settle = (): void => {
        cancelTimer()
        cancelListener()
      }
      const cancelTimer = clock.after(
        readyTimeoutMs,
        () => {
          settle()
          reject(
            new Error(
              `the verifier of ${this.#parts.issuer} is not ready after ${readyTimeoutMs / 1000} s: ${this.#reason() ?? 'unknown'}`,
            ),
          )
        },
        { keepsProcess: true },
      )
      const cancelListener = replica.onFreshnessChange(({ state }) => {
        if (state !== 'fresh') return
        settle()
        resolve()
      })
    })
  }

  status(): VerifierStatus {
    const { issuer, replica, cache, reports } = this.#parts
    const { state, ageMs } = replica.freshness()
    const { size, hits, misses } = cache
    this.#tellCounts()
    return {
      issuer,
      state,
      ageMs,
      position: replica.position,
      reason: this.#reason(),
      watches: this.#watches.size,
      cache: { size, hits, misses },
      decisions: this.#counts.list(),
      reports: reports?.counts ?? { sent: 0, failed: 0 },
    }
  }

  #tellCounts(): void {
    this.#counts.accept(this.#accepted)
    this.#accepted = 0
  }

  degradation(): string | undefined {
    return this.#isFresh ? undefined : freshnessItem(this.#parts.replica.freshness())
  }

  onFreshnessChange(listener: (freshness: FreshnessReport) => void): Cancel {
    return this.#parts.replica.onFreshnessChange(listener)
  }

  close(): void {
    this.#watches.close()
    this.#signed?.close()
    this.#apiKeys?.close()
    this.#parts.connection.close()
    this.#parts.replica.close()
  }

  #reason(): string | undefined {
    return this.#parts.connection.problem ?? this.#parts.replica.freshness().reason
  }

  /** The whole credential as text, by which the cache knows it: the scheme and the token. */
  #extract(presented: PresentedCredentials, { takesCookie }: RouteRule): string {
    const { authorization } = presented
    const cookie = takesCookie ? this.#cookie : undefined
    // The value of the header is parsed only where the cache does not know it: what it knows, it has seen parsed.
    if (authorization !== undefined && (cookie === undefined || presented.cookie === undefined)) return authorization
    const token = extractToken(presented, cookie)
    if (token === undefined) throw new AuthError('credential_missing')
    // The header, where there is one, holds the same token, and says how it is presented.
    return authorization ?? `Bearer ${token}`
  }

  /** As `check`, with all that was found out about the token. */
  #prove(text: string, rule: RouteRule): VerifiedToken | Promise<VerifiedToken> {
    const decided = (token: VerifiedToken): VerifiedToken => {
      this.#decide(token, rule)
      return token
    }
    const evidence = this.#verification.verify(text, rule)
    return evidence instanceof Promise ? evidence.then(decided) : decided(evidence)
  }

  #admit(token: VerifiedToken, credentials: PresentedCredentials, rule: RouteRule): Principal | Promise<Principal> {
    const csrf = this.#cookie?.csrf
    // Without the header it was the cookie.
    if (csrf !== undefined && credentials.authorization === undefined) requireCsrfToken(credentials, token.principal.session, csrf)
    const admitted =
      token.confirmation === undefined ? this.#decideHere(token, credentials, rule) : this.#admitBound(token, credentials, rule)
    if (rule.allow === undefined) return admitted
    return admitted instanceof Promise
      ? admitted.then(() => this.#admitAllowed(token, credentials, rule))
      : this.#admitAllowed(token, credentials, rule)
  }

  /** An answer that was waited for took its time, so that the log is asked again. */
  #admitAllowed(token: VerifiedToken, credentials: PresentedCredentials, rule: RouteRule): Principal | Promise<Principal> {
    const allowed = this.#askRoute(token.principal, credentials, rule)
    return allowed instanceof Promise ? allowed.then(async () => (await this.#prove(token.text, rule)).principal) : allowed
  }

  /** The proof is used up last, when nothing else can refuse the request; and that took its time, so that the log is asked again. */
  async #admitBound(token: VerifiedToken, credentials: PresentedCredentials, rule: RouteRule): Promise<Principal> {
    const claim = this.#checkPossession(token, credentials)
    this.#decideHere(token, credentials, rule)
    if (claim === undefined) return token.principal
    await claim()
    return (await this.#prove(token.text, rule)).principal
  }

  async #requireHolder(token: VerifiedToken, credentials: PresentedCredentials, rule: RouteRule): Promise<void> {
    if (rule.login !== undefined) requireLoginPlace(token, credentials, rule.login, this.#parts.place)
    await this.#checkPossession(token, credentials)?.()
    await this.#askRoute(token.principal, credentials, rule)
  }

  #checkPossession({ text, confirmation }: VerifiedToken, credentials: PresentedCredentials): ProofClaim | undefined {
    return confirmation === undefined ? undefined : this.#parts.possession.check({ text, confirmation }, credentials)
  }

  #decideHere(token: VerifiedToken, credentials: PresentedCredentials, rule: RouteRule): Principal {
    return this.#told(token.principal, credentials, rule, () => {
      const principal = this.#decide(token, rule)
      if (rule.login !== undefined) requireLoginPlace(token, credentials, rule.login, this.#parts.place)
      return principal
    })
  }

  /** Wherever the request comes from. */
  #decide({ principal }: VerifiedToken, rule: RouteRule): Principal {
    return rule.isOpen ? principal : decide(principal, rule, toEpochSeconds(this.#parts.replica.now()))
  }

  /** Of a caller behind whom there is no login. */
  #allow(principal: Principal, credentials: PresentedCredentials, rule: RouteRule): Principal | Promise<Principal> {
    if (rule.isOpen) return this.#askRoute(principal, credentials, rule)
    this.#told(principal, credentials, rule, () => {
      decide(principal, rule, toEpochSeconds(this.#parts.replica.now()))
      if (rule.login !== undefined) requireLoginPlace(undefined, {}, rule.login, this.#parts.place)
      return principal
    })
    return this.#askRoute(principal, credentials, rule)
  }

  /** What the route's own function says: the last word. */
  #askRoute(principal: Principal, credentials: PresentedCredentials, rule: RouteRule): Principal | Promise<Principal> {
    const { allow } = rule
    if (allow === undefined) return principal
    const failed = (thrown: unknown): never => {
      this.#tell(principal, credentials, rule, thrown)
      throw thrown
    }
    try {
      const allowed = requireAllowed(allow, principal, credentials.arrival)
      if (!(allowed instanceof Promise)) return this.#tell(principal, credentials, rule)
      return allowed.then(() => this.#tell(principal, credentials, rule), failed)
    } catch (thrown) {
      return failed(thrown)
    }
  }

  /** Tells the listener what was decided: of what is allowed, only where nothing else is asked afterwards. */
  #told(principal: Principal, credentials: PresentedCredentials, rule: RouteRule, judge: () => Principal): Principal {
    if (this.#parts.onDecision === undefined || rule.isOpen) return judge()
    try {
      judge()
    } catch (thrown) {
      this.#tell(principal, credentials, rule, thrown)
      throw thrown
    }
    return rule.allow === undefined ? this.#tell(principal, credentials, rule) : principal
  }

  #tell(principal: Principal, { arrival }: PresentedCredentials, rule: RouteRule, thrown?: unknown): Principal {
    const { onDecision } = this.#parts
    if (onDecision === undefined) return principal
    const code = thrown === undefined ? undefined : thrown instanceof AuthError ? thrown.code : 'internal'
    try {
      onDecision(decisionOf(principal, rule, { arrival, code }))
    } catch {
      // As with `onRefusal`: a listener that fails changes nothing.
    }
    return principal
  }
}

/** @throws {AuthError} `credential_missing`: the route wants a signature, and what is looked at here has none. */
function requireNoSignature({ signed }: RouteRule): undefined {
  if (signed.mode === 'required') throw new AuthError('credential_missing', { reason: 'signature_required' })
}
