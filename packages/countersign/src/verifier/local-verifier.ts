import { AuthError, type Cancel, type Clock, type Principal, toEpochSeconds } from '../core/index.ts'
import type { FreshnessReport, Replica } from '../revocation/index.ts'
import type { PresentedCredentials } from './credential.ts'
import { decide } from './decide.ts'
import { type CookieSource, extractToken } from './extract/presented.ts'
import type { IssuerConnection } from './issuer-connection.ts'
import { parseRequirement, type Requirement, type RouteRule } from './requirement.ts'
import { type Refusal, respond } from './respond.ts'
import { freshnessItem } from './status-answer.ts'
import type { VerifiedToken } from './verified-token.ts'
import type { VerifiedTokenCache } from './verified-token-cache.ts'
import type { Verifier, VerifierStatus } from './verifier.ts'
import type { TokenVerification } from './verify.ts'
import type { Watch, WatchEnd } from './watch/watch.ts'
import { WatchList } from './watch/watch-list.ts'

export interface LocalVerifierParts {
  readonly issuer: string
  readonly clock: Clock
  readonly readyTimeoutMs: number
  readonly cookie: CookieSource | undefined
  readonly onRefusal: ((thrown: unknown) => void) | undefined
  readonly verification: TokenVerification
  readonly cache: VerifiedTokenCache
  readonly replica: Replica
  readonly connection: IssuerConnection
}

/** One request is one column: extract, verify, decide, respond. */
export class LocalVerifier implements Verifier {
  readonly #parts: LocalVerifierParts
  readonly #cookie: CookieSource | undefined
  readonly #verification: TokenVerification
  readonly #watches: WatchList
  /** As last announced: known without a look at the clock. */
  #isFresh: boolean

  constructor(parts: LocalVerifierParts) {
    this.#parts = parts
    this.#cookie = parts.cookie
    this.#verification = parts.verification
    const { clock, replica } = parts
    this.#isFresh = replica.freshness().state === 'fresh'
    replica.onFreshnessChange(({ state }) => {
      this.#isFresh = state === 'fresh'
    })
    this.#watches = new WatchList({ clock, replica, prove: (text, rule) => this.#prove(text, rule) })
  }

  async authenticate(credentials: PresentedCredentials, requirement?: Requirement): Promise<Principal> {
    return this.check(credentials, requirement)
  }

  check(credentials: PresentedCredentials, requirement?: Requirement): Principal | Promise<Principal> {
    const rule = parseRequirement(requirement)
    const evidence = this.#verification.verify(this.#extract(credentials), rule)
    return evidence instanceof Promise ? evidence.then((token) => this.#decide(token, rule)) : this.#decide(evidence, rule)
  }

  async watch(credentials: PresentedCredentials, requirement: Requirement | undefined, onEnd: WatchEnd): Promise<Watch> {
    return this.#watches.open(this.#extract(credentials), parseRequirement(requirement), onEnd)
  }

  refuse(thrown: unknown, requirement?: Requirement): Refusal {
    try {
      this.#parts.onRefusal?.(thrown)
    } catch {
      // A listener that fails must not turn a refusal into something else.
    }
    return respond(thrown, parseRequirement(requirement))
  }

  async ready(): Promise<void> {
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
    const { issuer, replica, cache } = this.#parts
    const { state, ageMs } = replica.freshness()
    const { size, hits, misses } = cache
    return {
      issuer,
      state,
      ageMs,
      position: replica.position,
      reason: this.#reason(),
      watches: this.#watches.size,
      cache: { size, hits, misses },
    }
  }

  degradation(): string | undefined {
    return this.#isFresh ? undefined : freshnessItem(this.#parts.replica.freshness())
  }

  onFreshnessChange(listener: (freshness: FreshnessReport) => void): Cancel {
    return this.#parts.replica.onFreshnessChange(listener)
  }

  close(): void {
    this.#watches.close()
    this.#parts.connection.close()
    this.#parts.replica.close()
  }

  #reason(): string | undefined {
    return this.#parts.connection.problem ?? this.#parts.replica.freshness().reason
  }

  /** The whole credential as text, by which the cache knows it: `Bearer` and the token. */
  #extract(presented: PresentedCredentials): string {
    const { authorization } = presented
    // The value of the header is parsed only where the cache does not know it: what it knows, it has seen parsed.
    if (authorization !== undefined && (this.#cookie === undefined || presented.cookie === undefined)) return authorization
    const token = extractToken(presented, this.#cookie)
    if (token === undefined) throw new AuthError('credential_missing')
    return `Bearer ${token}`
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

  #decide({ principal }: VerifiedToken, rule: RouteRule): Principal {
    return rule.isOpen ? principal : decide(principal, rule, toEpochSeconds(this.#parts.replica.now()))
  }
}
