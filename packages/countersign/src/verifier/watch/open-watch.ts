import { AuthError, type EpochSeconds, type Principal } from '../../core/index.ts'
import type { TokenFacts } from '../../revocation/index.ts'
import type { Confirmation } from '../possession/index.ts'
import type { RouteRule } from '../requirement.ts'
import type { VerifiedToken } from '../verified-token.ts'
import type { Watch, WatchEnd } from './watch.ts'
import type { Indexed } from './watch-index.ts'

/** Who holds the open watches. */
export interface WatchKeeper {
  renew(watch: OpenWatch, text: string): Promise<Principal>
  remove(watch: OpenWatch): void
}

export class OpenWatch implements Watch, Indexed {
  readonly rule: RouteRule
  /** Why it is no longer watched, when it is not. */
  over: AuthError | undefined
  /** The issuer's own word about the token suffices up to this moment of the monotonic clock. */
  vouchedUntilMs: number = Number.NEGATIVE_INFINITY
  readonly #onEnd: WatchEnd
  readonly #keeper: WatchKeeper
  #token: VerifiedToken

  constructor(token: VerifiedToken, rule: RouteRule, onEnd: WatchEnd, keeper: WatchKeeper) {
    this.#token = token
    this.rule = rule
    this.#onEnd = onEnd
    this.#keeper = keeper
  }

  get principal(): Principal {
    return this.#token.principal
  }

  get facts(): TokenFacts {
    return this.#token.facts
  }

  get confirmation(): Confirmation | undefined {
    return this.#token.confirmation
  }

  get text(): string {
    return this.#token.text
  }

  /** Whether it may end without a word in the log: its token has a status, or its route asks the issuer now and then. */
  get isVisited(): boolean {
    return this.#token.status !== undefined || this.rule.recheck !== undefined
  }

  get dueAt(): EpochSeconds {
    const { principal, notAfter } = this.#token
    const { maxAuthAgeSeconds } = this.rule
    const signInTooOldAt = maxAuthAgeSeconds === undefined ? Number.POSITIVE_INFINITY : (principal.authenticatedAt ?? 0) + maxAuthAgeSeconds
    return Math.ceil(Math.min(notAfter, signInTooOldAt))
  }

  async renew(token: string): Promise<Principal> {
    if (this.over !== undefined) throw this.over
    // The new token is presented as the one before it: bound to the same key, or to none.
    const scheme = this.#token.confirmation?.dpopKey === undefined ? 'Bearer' : 'DPoP'
    return this.#keeper.renew(this, `${scheme} ${token}`)
  }

  close(): void {
    if (this.over !== undefined) return
    this.#keeper.remove(this)
    this.over = new AuthError('credential_missing', { reason: 'the connection is closed' })
  }

  /** Lives on this token from now on. */
  restOn(token: VerifiedToken): void {
    this.#token = token
    this.vouchedUntilMs = Number.NEGATIVE_INFINITY
  }

  end(reason: AuthError): void {
    if (this.over !== undefined) return
    this.#keeper.remove(this)
    this.over = reason
    try {
      this.#onEnd(reason)
    } catch {
      // What cannot be told must not keep the others from being ended.
    }
  }
}
