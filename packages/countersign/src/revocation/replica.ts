import { AuthError, type Cancel, type Clock, type EpochMs } from '../core/index.ts'
import type { JwsAlgorithm } from '../crypto/index.ts'
import type { KeySet } from '../key/index.ts'
import { ChainMemory } from './chain-memory.ts'
import type { Challenge } from './challenge.ts'
import { type CutoffIndex, GenerationCutoffIndex } from './cutoff-index.ts'
import { chainHash, type LogEntry, type LogHead, ORIGIN_HASH, type PlacedEntry } from './entry.ts'
import {
  decodeFeedMessage,
  type EntriesMessage,
  type FeedMessage,
  type HeartbeatMessage,
  NOT_UNDERSTOOD,
  type SnapshotMessage,
} from './feed-message.ts'
import type { ForeignCutoffs } from './foreign-cutoffs.ts'
import { Freshness, type FreshnessReport } from './freshness.ts'
import { HeadProof, type ProofKind, type Statement } from './head-proof.ts'
import { ORIGIN, type Position } from './position.ts'
import { PositionWaiters } from './position-waiters.ts'
import type { Received } from './received.ts'
import { isRevoked, type PreparedFacts, prepareFacts, type TokenFacts } from './rule.ts'
import { SnapshotParts } from './snapshot-parts.ts'

export interface ReplicaOptions {
  readonly issuer: string
  readonly clock: Clock
  /** The issuer's feed keys as they are now. */
  readonly keys: () => KeySet
  readonly algorithms: readonly JwsAlgorithm[]
  /** Largest expected difference between the issuer's clock and ours. Default 5000. */
  readonly clockSkewMs?: number
  /** Up to this age of the newest confirmed heartbeat the replica is fresh. Default 5000. */
  readonly freshMs?: number
  /** Up to this age it is in grace, beyond it stale. Default 60 000. */
  readonly graceMs?: number
  readonly index?: CutoffIndex
  /** The cut-offs of tokens of other issuers, where such tokens are accepted. Without it every one of them counts as revoked. */
  readonly foreign?: ForeignCutoffs | undefined
  /** What confirms that the replica is complete. Default `heartbeat`. With `challenge` the time of day is the issuer's as well. */
  readonly proof?: ProofKind | undefined
}

/** A heartbeat may cross with entries on its way; this long after the last entry it no longer can have. */
const CROSSING_MS = 1000

/** No skew explains more than a day: one of the two clocks has jumped, and nothing may be forgotten because of it. */
const MAX_AHEAD_MS = 86_400_000

const BEHIND_ISSUER = 'this verifier is behind the issuer'
const ISSUER_BEHIND = 'the issuer is behind this verifier: it may be running on an old copy of its database'
const CLOCKS_APART = 'the clock of the issuer is more than a day ahead of the clock of this verifier'
const OTHER_HISTORY = 'the log of the issuer has another history than the one that was followed'

/**
 * One verifier's copy of the revocation log: a state machine that a feed pushes messages into. It knows no network.
 *
 * ```
 *                     snapshot                              no confirmation        ... for longer
 *   lost ───────────────────────────────▶ fresh ──────────────────▶ grace ──────────────────▶ stale
 *    ▲                                      ▲  for freshMs            │       than graceMs      │
 *    │                                      └─────── heartbeat confirmed, or snapshot ──────────┘
 *    └── from anywhere: another history, or a signed message that this version does not understand
 * ```
 *
 * - *lost* (reported as stale): never synchronised, or what was followed cannot be trusted. Only a snapshot leads out, and
 *   after another history only one that is ahead of it. Cut-offs that were applied stay applied.
 * - *fresh, grace, stale*: synchronised; the age of the newest confirmation decides.
 * - A heartbeat is confirmed when it names our own head. One that is ahead of us waits until the entries have come; if the
 *   next one finds us where we were, that is a gap. One that is behind us is not confirmed, unless it merely crossed with
 *   the entries: an issuer on an old copy of its database lets us go stale.
 * - Where `proof` is `challenge`, only the answer to our own newest question confirms; all else moves data, and may contradict.
 * - Entries are applied one position at a time along the hash chain. Anything else is a duplicate, a gap or another history.
 * - Cut-offs only ever rise. They are forgotten by signed time alone, which no local clock can push forwards.
 *
 * Everything is verified before it means anything; what does not verify changes nothing.
 */
export class Replica {
  readonly #options: ReplicaOptions
  readonly #clock: Clock
  readonly #index: CutoffIndex
  readonly #freshness: Freshness
  readonly #proof: HeadProof
  readonly #waiters: PositionWaiters
  readonly #chain = new ChainMemory()
  readonly #entryListeners = new Set<(entry: PlacedEntry) => void>()
  readonly #unknownKeyListeners = new Set<(kid: string) => void>()
  #head: LogHead = { position: ORIGIN, hash: ORIGIN_HASH }
  #moved = 0
  #movedAtMs = Number.NEGATIVE_INFINITY
  #lost = true
  /** A snapshot must be ahead of this: the place where another history was seen. */
  #forkedAt: Position = -1
  /** Where we stood when a heartbeat was last ahead of us. */
  #behindSince: Position | undefined
  #signedNow: EpochMs = 0

  constructor(options: ReplicaOptions) {
    const { clock, clockSkewMs = 5000, freshMs = 5000, graceMs = 60_000 } = options
    this.#options = options
    this.#clock = clock
    this.#index = options.index ?? new GenerationCutoffIndex()
    this.#waiters = new PositionWaiters(clock)
    this.#freshness = new Freshness({ clock, now: () => this.now(), clockSkewMs, freshMs, graceMs }, 'never synchronised')
    this.#proof = new HeadProof({ kind: options.proof ?? 'heartbeat', clock, freshness: this.#freshness })
  }

  /** The last position that was applied. */
  get position(): Position {
    return this.#head.position
  }

  /** Changes whenever an earlier answer of `isRevoked` may no longer hold. */
  get moved(): number {
    return this.#moved
  }

  /** How many cut-offs are held. */
  get size(): number {
    return this.#index.size
  }

  /** Takes one message of the feed. Never throws for what a message contains. */
  receive(compact: string): Received {
    const message = this.#open(compact)
    if (typeof message === 'string') return message
    switch (message.type) {
      case 'entries':
        return this.#follow(message)
      case 'heartbeat':
        return this.#hear(message)
      case 'snapshot':
        return this.#take(message, new SnapshotParts())
    }
  }

  /**
   * Begins a question to the issuer, to be sent after this call; `receive` takes the answer, which counts once. One at a time: a newer
   * question makes the answer to an older one worth no more than a heartbeat that nobody asked for.
   *
   * @param nonce At least 128 random bits.
   */
  ask(nonce: string): Challenge {
    return this.#proof.ask(nonce, this.position)
  }

  /**
   * Begins a snapshot, and takes its parts in order: `part` says that more have to come, `applied` that this was the last. Anything else
   * ends it: load another one. Never goes backwards, un-revokes nothing.
   */
  beginSnapshot(): (part: string) => Received {
    const parts = new SnapshotParts()
    return (compact) => {
      const message = this.#open(compact)
      if (typeof message === 'string') return message
      return message.type === 'snapshot' ? this.#take(message, parts) : 'ignored'
    }
  }

  /** Takes a snapshot that has one part. */
  loadSnapshot(compact: string): Received {
    return this.beginSnapshot()(compact)
  }

  /**
   * Whether a cut-off that was applied kills the token. A token of another issuer says nothing of this log: it is judged by its `iat`, and
   * where no other issuers are known it counts as revoked.
   *
   * Does not check freshness (see `freshness`), nor whether the token's `rev` is ahead of us (see `waitFor`).
   *
   * @param prepared What `prepare` has made of the same facts.
   */
  isRevoked(facts: TokenFacts, prepared?: PreparedFacts): boolean {
    const { issuer, foreign } = this.#options
    if (facts.issuer !== issuer) return foreign === undefined || foreign.isRevoked(facts)
    return isRevoked(this.#index, facts, prepared)
  }

  /** Hashes what can revoke a token, for asking again and again. */
  prepare(facts: TokenFacts): PreparedFacts {
    return prepareFacts(this.#index, facts)
  }

  /** @returns `true` as soon as `position` was applied, `false` at the time-out or when too many wait already. */
  waitFor(position: Position, timeoutMs: number): Promise<boolean> {
    return this.position >= position ? Promise.resolve(true) : this.#waiters.wait(position, timeoutMs)
  }

  freshness(): FreshnessReport {
    return this.#freshness.report()
  }

  /** Whether `freshness` says fresh, at the price of one look at the clock that the caller has taken already (see `now`). */
  isFreshAt(now: EpochMs): boolean {
    return this.#freshness.isFreshAt(now)
  }

  /** Never behind the newest signed statement, so that a slow clock revives neither a token nor a forgotten cut-off. */
  now(): EpochMs {
    const now = this.#proof.issuerTime() ?? this.#clock.now()
    return now > this.#signedNow ? now : this.#signedNow
  }

  /** The newest time that the issuer has signed; 0 before the first. */
  get signedNow(): EpochMs {
    return this.#signedNow
  }

  /** Hears every entry after it was applied; after a snapshot every live entry, also those heard before. */
  onEntry(listener: (entry: PlacedEntry) => void): Cancel {
    this.#entryListeners.add(listener)
    return () => void this.#entryListeners.delete(listener)
  }

  onFreshnessChange(listener: (report: FreshnessReport) => void): Cancel {
    return this.#freshness.onChange(listener)
  }

  /** Hears the `kid` of a message that no known feed key has signed: the issuer's keys may have to be read again. */
  onUnknownKey(listener: (kid: string) => void): Cancel {
    this.#unknownKeyListeners.add(listener)
    return () => void this.#unknownKeyListeners.delete(listener)
  }

  /** Stops the timers; who waits hears `false`. */
  close(): void {
    this.#waiters.close()
    this.#freshness.close()
    this.#entryListeners.clear()
    this.#unknownKeyListeners.clear()
  }

  #open(compact: string): FeedMessage | 'ignored' | 'gap' {
    const { issuer, keys, algorithms } = this.#options
    try {
      return decodeFeedMessage(compact, { issuer, keys: keys(), algorithms })
    } catch (error) {
      if (!(error instanceof AuthError)) throw error
      const { reason, kid } = error.detail
      if (reason === 'unknown_key' && typeof kid === 'string') for (const listener of this.#unknownKeyListeners) listener(kid)
      if (reason !== NOT_UNDERSTOOD) return 'ignored'
      // It may have revoked something: to pass it over would be to accept what the issuer refuses.
      this.#lose('the issuer has said something that this version does not understand: update the verifier')
      return 'gap'
    }
  }

  #follow({ entries }: EntriesMessage): Received {
    if (this.#lost) return 'gap'
    const applied: LogEntry[] = []
    const received = this.#applyInOrder(entries, applied)
    this.#announce(applied)
    return received
  }

  #applyInOrder(entries: readonly LogEntry[], applied: LogEntry[]): Received {
    for (const entry of entries) {
      if (this.#chain.contradicts(entry)) return this.#fork(entry.position)
      if (entry.position <= this.position) continue
      if (entry.position !== this.position + 1) return 'gap'
      if (entry.hash !== chainHash(this.#head.hash, entry.position, entry.at, entry)) return 'gap'
      this.#apply(entry)
      this.#moveTo(entry)
      applied.push(entry)
      if (!this.#confirmAwaited()) return this.#fork(entry.position)
    }
    return applied.length > 0 ? 'applied' : 'duplicate'
  }

  #hear(heartbeat: HeartbeatMessage): Received {
    const said = this.#proof.read(heartbeat)
    if (!this.#passTime(said.at)) return 'ignored'
    if (this.#lost) return this.#awaitSnapshot(said)
    if (this.#chain.contradicts(said)) return this.#fork(said.position)
    if (!this.#proof.isNews(said)) return 'duplicate'
    if (said.position > this.position) return this.#await(said)
    if (said.position < this.position && !this.#hasCrossed(said)) return this.#doubt(said)
    this.#proof.confirm(said)
    return 'applied'
  }

  /** Whether entries have come while it was on its way: what it says was true, and we know more. */
  #hasCrossed(said: Statement): boolean {
    if (!this.#chain.holds(said)) return false
    if (said.challenge !== undefined) return said.challenge.position <= said.position
    return this.#clock.monotonicMs() - this.#movedAtMs <= CROSSING_MS
  }

  /** It names less than we know: an old copy of the database, unless it may be an old word. */
  #doubt({ position, challenge }: Statement): Received {
    const isOld = challenge === undefined ? this.#proof.isByChallenge : position >= challenge.position
    if (!isOld) this.#freshness.doubt(ISSUER_BEHIND)
    return 'ignored'
  }

  /** The answer to a question may come before the first snapshot does. The newest is the youngest. */
  #awaitSnapshot(said: Statement): Received {
    if (said.challenge === undefined) return 'gap'
    this.#proof.forgetAwaited()
    this.#proof.await(said)
    return 'gap'
  }

  #await(said: Statement): Received {
    this.#proof.await(said)
    if (this.#behindSince !== this.position) {
      this.#behindSince = this.position
      return 'ignored'
    }
    this.#freshness.doubt(BEHIND_ISSUER)
    return 'gap'
  }

  /** @returns `false` when the awaited heartbeat names another entry at the place that we have come to. */
  #confirmAwaited(): boolean {
    const { awaited } = this.#proof
    if (awaited === undefined || awaited.position !== this.position) return true
    if (awaited.hash !== this.#head.hash) return false
    this.#proof.forgetAwaited()
    this.#proof.confirm(awaited)
    return true
  }

  #take(part: SnapshotMessage, parts: SnapshotParts): Received {
    const { head, hash, upTo, readAt, entries } = part
    if (!parts.continueWith(part) || !this.#passTime(readAt)) return 'ignored'
    if (head < this.position) {
      this.#freshness.doubt(ISSUER_BEHIND)
      return 'ignored'
    }
    if (head <= this.#forkedAt) return 'fork'
    if (head === this.position && hash !== this.#head.hash) return this.#fork(head)
    // What is signed is true, whatever becomes of the rest, and cut-offs only ever rise. Where we stand the last part alone can say.
    this.#index.expect(parts.expected(this.position))
    this.#index.applyAll(entries)
    for (const entry of entries) this.#options.foreign?.apply(entry)
    this.#moved += 1
    this.#announce(entries)
    if (upTo < head) return 'part'
    this.#resynchronise(part)
    return 'applied'
  }

  #resynchronise({ head, hash, at }: SnapshotMessage): void {
    this.#lost = false
    this.#forkedAt = -1
    const { awaited } = this.#proof
    this.#proof.forgetAwaited()
    this.#behindSince = undefined
    this.#moveTo({ position: head, hash })
    this.#chain.restart(this.#head)
    this.#waiters.reached(head)
    // The answer to a question that came before: the snapshot alone says nothing of its age where challenges are the proof.
    if (awaited?.position === head && awaited.hash === hash) this.#proof.confirm(awaited)
    this.#proof.confirm({ position: head, hash, at, challenge: undefined })
  }

  #apply(entry: LogEntry): void {
    this.#index.apply(entry)
    this.#options.foreign?.apply(entry)
  }

  #moveTo({ position, hash }: LogHead): void {
    this.#head = { position, hash }
    this.#chain.add(this.#head)
    this.#moved += 1
    this.#movedAtMs = this.#options.clock.monotonicMs()
  }

  #announce(entries: readonly PlacedEntry[]): void {
    this.#waiters.reached(this.position)
    for (const entry of entries) for (const listener of this.#entryListeners) listener(entry)
  }

  /** @returns `false` for a time that cannot be right: the message is then of no use. */
  #passTime(at: EpochMs): boolean {
    // Where challenges are the proof, our own clock has no say.
    if (!this.#proof.isByChallenge && at - this.#clock.now() > MAX_AHEAD_MS) {
      this.#freshness.doubt(CLOCKS_APART)
      return false
    }
    this.#signedNow = Math.max(this.#signedNow, at)
    this.#index.forget(this.#signedNow)
    return true
  }

  #fork(position: Position): 'fork' {
    this.#forkedAt = Math.max(this.#forkedAt, position, this.position)
    this.#lose(OTHER_HISTORY)
    return 'fork'
  }

  #lose(reason: string): void {
    this.#lost = true
    this.#proof.forgetAwaited()
    this.#behindSince = undefined
    this.#freshness.lose(reason)
  }
}
