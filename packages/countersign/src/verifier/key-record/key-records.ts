import { AuthError, type Clock, type RefusalCode } from '../../core/index.ts'
import type { PlacedEntry, Replica } from '../../revocation/index.ts'
import { answerInTime } from '../in-time.ts'
import { TokenBucket } from '../token-bucket.ts'
import type { RevocationView } from '../verify.ts'
import { type HeldKey, holdKey, isCutOff } from './held-key.ts'
import type { KeyFacts } from './record-member.ts'

/** What differs between kinds of keys. */
export interface KeyKind<Question, Record extends KeyFacts> {
  /** Of the key that the question is about. */
  idOf(question: Question): string
  /** What the answer is held under. */
  nameOf(question: Question): string
  /** What is remembered of a question about a key that there is not. */
  unknownNameOf(question: Question): string
  /** All of those names that a key may have. */
  unknownNamesOf(id: string): readonly string[]
  /**
   * @param before What was held of the key until now.
   * @returns undefined when there is no such key. @throws {Error} There is no answer.
   */
  ask(question: Question, before: Record | undefined, signal: AbortSignal): Promise<Record | undefined>
  /** What is said of a key that there is not, the same as for one that is wrong: a stranger learns nothing of which ids there are. */
  readonly refusal: RefusalCode
  /** `methods` of its principals. */
  readonly methods: readonly string[]
}

export interface KeyRecordsOptions<Question, Record extends KeyFacts> {
  readonly kind: KeyKind<Question, Record>
  readonly replica: RevocationView & Pick<Replica, 'onEntry'>
  readonly clock: Clock
  readonly issuer: string
  /** How many records are held at once. Default 16 384. */
  readonly maxEntries?: number
  /** So many questions a second at most, and as many at once. Default: as many as are answered. */
  readonly questionsPerSecond?: number
}

const TIMEOUT_MS = 1000
/** How long a request waits for the feed when a record proves that the replica is behind. */
const CATCH_UP_MS = 250
/** Keys that are asked about at one time. Anybody can name one, so there is a bound; beyond it the answer is 503. */
const MAX_CONCURRENT = 256
/** Forms of ids that name no key. Anybody can name more, so they are bounded, and a key that was just made is not kept waiting. */
const MAX_UNKNOWN = 4096
const UNKNOWN_MS = 5000

/**
 * The keys of callers that this verifier has seen, asked for when they are first used. Whatever is forgotten here is asked for again, so that
 * no bound of it ever admits anybody; what has changed is known by the log, as with tokens.
 */
export class KeyRecords<Question, Record extends KeyFacts> {
  readonly #options: KeyRecordsOptions<Question, Record>
  readonly #maxEntries: number
  readonly #held = new Map<string, HeldKey<Record>>()
  readonly #pending = new Map<string, Promise<HeldKey<Record>>>()
  /** Until when, on the monotonic clock. */
  readonly #unknown = new Map<string, number>()
  readonly #rate: TokenBucket | undefined
  readonly #cancel: () => void

  constructor(options: KeyRecordsOptions<Question, Record>) {
    this.#options = options
    this.#maxEntries = options.maxEntries ?? 16_384
    const { questionsPerSecond: requests, clock } = options
    this.#rate = requests === undefined ? undefined : new TokenBucket({ requests, seconds: 1 }, clock.monotonicMs())
    this.#cancel = options.replica.onEntry((entry) => this.#hear(entry))
  }

  get size(): number {
    return this.#held.size
  }

  /** Those that are held. */
  records(): Iterable<HeldKey<Record>> {
    return this.#held.values()
  }

  /**
   * What is known of a key, from memory where that still holds.
   *
   * @throws {AuthError} the kind's refusal: there is no such key, or no more; `revocation_unknown`; `overloaded`.
   */
  get(question: Question): HeldKey<Record> | Promise<HeldKey<Record>> {
    return this.peek(this.#options.kind.nameOf(question)) ?? this.ask(question)
  }

  /** What is held under a name, if it still holds. */
  peek(name: string): HeldKey<Record> | undefined {
    const held = this.#held.get(name)
    return held !== undefined && this.#isGood(held) ? held : undefined
  }

  /** As `get`, and the source is asked in any case. */
  async ask(question: Question): Promise<HeldKey<Record>> {
    const { replica } = this.#options
    let held = await this.#share(question)
    // What was found out before the log moved on is worth another question, and no third one.
    if (isCutOff(held, replica)) held = await this.#share(question)
    const { rev } = held.record
    if (rev > replica.position && !(await replica.waitFor(rev, CATCH_UP_MS))) {
      throw new AuthError('revocation_unknown', { reason: 'behind', rev, position: replica.position })
    }
    this.requireLive(held)
    return held
  }

  /** @throws {AuthError} the kind's refusal, for a key that the log has cut off since it was asked for. */
  requireLive(held: HeldKey<Record>): void {
    if (isCutOff(held, this.#options.replica)) throw this.#noSuchKey(held.record.id, 'revoked')
  }

  close(): void {
    this.#cancel()
  }

  #isGood(held: HeldKey<Record>): boolean {
    const { replica, clock } = this.#options
    return clock.monotonicMs() < held.goodUntilMs && held.record.rev <= replica.position && !isCutOff(held, replica)
  }

  #share(question: Question): Promise<HeldKey<Record>> {
    const { kind, clock } = this.#options
    const name = kind.nameOf(question)
    const known = this.#pending.get(name)
    if (known !== undefined) return known
    const nowMs = clock.monotonicMs()
    if ((this.#unknown.get(kind.unknownNameOf(question)) ?? Number.NEGATIVE_INFINITY) > nowMs) {
      return Promise.reject(this.#noSuchKey(kind.idOf(question), 'unknown'))
    }
    const isTooMuch = this.#pending.size >= MAX_CONCURRENT || (this.#rate?.take(nowMs) ?? 0) > 0
    if (isTooMuch) return Promise.reject(new AuthError('overloaded', { reason: 'key_questions' }))
    const asked = this.#put(name, question).finally(() => void this.#pending.delete(name))
    this.#pending.set(name, asked)
    return asked
  }

  async #put(name: string, question: Question): Promise<HeldKey<Record>> {
    const { kind, clock, issuer, replica: view } = this.#options
    const askedAtMs = clock.monotonicMs()
    const before = this.#held.get(name)?.record
    const record = await answerInTime(clock, TIMEOUT_MS, (signal) => kind.ask(question, before, signal))
    if (record === undefined) {
      this.#held.delete(name)
      this.#forget(kind.unknownNameOf(question))
      throw this.#noSuchKey(kind.idOf(question), 'unknown')
    }
    const held = holdKey(record, { issuer, view, askedAtMs, methods: kind.methods })
    this.#keep(name, held)
    return held
  }

  /** The one that was asked for first makes room. */
  #keep(name: string, held: HeldKey<Record>): void {
    this.#held.delete(name)
    if (this.#held.size >= this.#maxEntries) {
      const [oldest] = this.#held.keys()
      if (oldest !== undefined) this.#held.delete(oldest)
    }
    this.#held.set(name, held)
  }

  /** A key that the log names exists, or did: what is cut off hard is gone, and nobody need be asked to refuse it. */
  #hear({ target, mode }: PlacedEntry): void {
    if (target.kind !== 'client') return
    for (const name of this.#options.kind.unknownNamesOf(target.id)) {
      if (mode === 'hard') this.#forget(name)
      else this.#unknown.delete(name)
    }
  }

  /** For a while there is no such key. */
  #forget(unknownName: string): void {
    if (this.#unknown.size >= MAX_UNKNOWN) this.#unknown.clear()
    this.#unknown.set(unknownName, this.#options.clock.monotonicMs() + UNKNOWN_MS)
  }

  #noSuchKey(key: string, reason: 'unknown' | 'revoked'): AuthError {
    return new AuthError(this.#options.kind.refusal, { reason: `key_${reason}`, key })
  }
}
