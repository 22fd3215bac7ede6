import { AuthError, type Cancel, type Clock, type EpochMs, type Principal } from '../../core/index.ts'
import type { FreshnessReport, PlacedEntry, TokenFacts } from '../../revocation/index.ts'
import type { Confirmation } from '../possession/index.ts'
import type { RouteRule } from '../requirement.ts'
import type { VerifiedToken } from '../verified-token.ts'
import { isFreshEnough } from '../verify.ts'
import { OpenWatch, type WatchKeeper } from './open-watch.ts'
import type { Watch, WatchEnd } from './watch.ts'
import { WatchIndex } from './watch-index.ts'

/** What watching needs to know of the revocation log; a `Replica` fits. */
export interface WatchedLog {
  now(): EpochMs
  freshness(): FreshnessReport
  isRevoked(facts: TokenFacts): boolean
  onEntry(listener: (entry: PlacedEntry) => void): Cancel
}

export interface WatchListParts {
  readonly clock: Clock
  readonly replica: WatchedLog
  /** Verifies and decides as for a request. */
  readonly prove: (text: string, rule: RouteRule) => VerifiedToken | Promise<VerifiedToken>
}

/** How many credentials are looked up elsewhere at one time, for the visits alone. */
const VISITS_AT_ONCE = 64

/** How often time and freshness are looked at. Entries of the log are acted upon as they come. */
const CHECK_EVERY_MS = 1000

/**
 * The credentials that connections live on. An entry of the log ends those that it kills, in the moment in which it is applied, and touches
 * no other; once a second those end that are out of time, and those whose route needs fresher knowledge than there is. Once a second those are
 * visited that may end without a word in the log: for what their route asks, a visit is a request.
 *
 * ```
 *   open ──▶ watched ──▶ ended: revoked, out of time, or not known
 *              │  ▲  └──▶ closed, by who opened it
 *              └──┘ renewed
 * ```
 */
export class WatchList implements WatchKeeper {
  readonly #parts: WatchListParts
  readonly #index = new WatchIndex<OpenWatch>()
  readonly #cancelEntries: Cancel
  #cancelCheck: Cancel | undefined
  #isVisiting = false

  constructor(parts: WatchListParts) {
    this.#parts = parts
    this.#cancelEntries = parts.replica.onEntry((entry) => this.#obey(entry))
  }

  get size(): number {
    return this.#index.size
  }

  /**
   * @param requireHolder Whether who opens it has what the token is bound to: asked once, as the connection stays theirs.
   * @throws {AuthError} whatever `prove` and `requireHolder` refuse with.
   */
  async open(text: string, rule: RouteRule, onEnd: WatchEnd, requireHolder?: (token: VerifiedToken) => Promise<void>): Promise<Watch> {
    const token = await this.#parts.prove(text, rule)
    await requireHolder?.(token)
    this.#requireUnrevoked(token)
    const watch = new OpenWatch(token, rule, onEnd, this)
    this.#index.add(watch)
    this.#cancelCheck ??= this.#checkLater()
    return watch
  }

  async renew(watch: OpenWatch, text: string): Promise<Principal> {
    const token = await this.#parts.prove(text, watch.rule)
    if (watch.over !== undefined) throw watch.over
    requireSameHolder(watch.principal, token.principal)
    requireSameBinding(watch.confirmation, token)
    this.#requireUnrevoked(token)
    this.#index.remove(watch)
    watch.restOn(token)
    this.#index.add(watch)
    return token.principal
  }

  remove(watch: OpenWatch): void {
    this.#index.remove(watch)
  }

  /** Nobody follows the log any more, so nothing can be said of any of them. */
  close(): void {
    this.#cancelEntries()
    for (const watch of this.#index.all()) watch.end(new AuthError('revocation_unknown', { reason: 'the verifier is closed' }))
    this.#cancelCheck?.()
  }

  #obey(entry: PlacedEntry): void {
    // One for all that it ends: a refusal costs more than ending a watch.
    let reason: AuthError | undefined
    for (const watch of this.#index.concernedBy(entry)) {
      if (this.#parts.replica.isRevoked(watch.facts)) watch.end((reason ??= new AuthError('token_revoked', { position: entry.position })))
    }
  }

  /** An entry may have come after the token was proven, when nobody knew yet where to look for it. */
  #requireUnrevoked({ facts }: VerifiedToken): void {
    if (this.#parts.replica.isRevoked(facts)) throw revoked(facts)
  }

  #checkLater(): Cancel {
    return this.#parts.clock.after(CHECK_EVERY_MS, () => this.#check())
  }

  #check(): void {
    const { replica, clock } = this.#parts
    for (const watch of this.#index.dueBy(replica.now() / 1000)) this.#proveAgain(watch)
    const freshness = replica.freshness()
    const nowMs = clock.monotonicMs()
    for (const rule of this.#index.rules()) {
      if (isFreshEnough(freshness, rule)) continue
      for (const watch of this.#index.under(rule)) if (nowMs >= watch.vouchedUntilMs) this.#proveAgain(watch)
    }
    void this.#visitAll()
    this.#cancelCheck = this.#index.size === 0 ? undefined : this.#checkLater()
  }

  /** One round at a time: where it takes longer than a second, the next begins after it. */
  async #visitAll(): Promise<void> {
    if (this.#isVisiting) return
    this.#isVisiting = true
    const waiting = this.#index.visited()
    const visitor = async (): Promise<void> => {
      for (let watch = waiting.pop(); watch !== undefined; watch = waiting.pop()) await this.#visit(watch)
    }
    await Promise.all(Array.from({ length: Math.min(VISITS_AT_ONCE, waiting.length) }, visitor))
    this.#isVisiting = false
  }

  async #visit(watch: OpenWatch): Promise<void> {
    const { rule, text } = watch
    if (watch.over !== undefined || this.#parts.clock.monotonicMs() < watch.vouchedUntilMs) return
    try {
      await this.#parts.prove(text, rule)
    } catch (thrown) {
      // That too many are asked about at this moment says nothing of this one. The next visit is a second away.
      const isPutOff = thrown instanceof AuthError && thrown.code === 'overloaded'
      if (!isPutOff && watch.text === text) watch.end(asRefusal(thrown))
    }
  }

  /** As if it were a request that came now: a connection and a request never get different answers. */
  #proveAgain(watch: OpenWatch): void {
    const { rule, text } = watch
    try {
      const proof = this.#parts.prove(text, rule)
      if (!(proof instanceof Promise)) return
      // Somebody else is asked. The answer holds for as long as the route trusts knowledge of its age.
      const trustMs = Number.isFinite(rule.maxAgeMs) ? Math.max(CHECK_EVERY_MS, rule.maxAgeMs) : CHECK_EVERY_MS
      watch.vouchedUntilMs = this.#parts.clock.monotonicMs() + trustMs
      proof.catch((thrown: unknown) => {
        if (watch.text === text) watch.end(asRefusal(thrown))
      })
    } catch (thrown) {
      watch.end(asRefusal(thrown))
    }
  }
}

/** A connection belongs to the sign-in that opened it; whoever signs in anew opens a new one. */
function requireSameHolder(before: Principal, now: Principal): void {
  if (before.issuer === now.issuer && before.subject === now.subject && before.session === now.session) return
  throw new AuthError('token_invalid', { reason: 'renewed_by_another_holder', tokenId: now.tokenId })
}

/** Whoever opened the connection has proved to have what its token is bound to, and nothing else. */
function requireSameBinding(before: Confirmation | undefined, { confirmation, principal }: VerifiedToken): void {
  if (confirmation === undefined) return
  if (confirmation.dpopKey === before?.dpopKey && confirmation.certificate === before?.certificate) return
  throw new AuthError('token_invalid', { reason: 'renewed_with_another_binding', tokenId: principal.tokenId ?? '' })
}

const revoked = ({ tokenId }: TokenFacts): AuthError => new AuthError('token_revoked', { tokenId })

/** Whatever is not a refusal is a defect or an exhausted machine, and ends the connection as well. */
const asRefusal = (thrown: unknown): AuthError => (thrown instanceof AuthError ? thrown : new AuthError('internal', {}, { cause: thrown }))
