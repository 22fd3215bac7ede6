import { AuthError, type Clock } from '../../core/index.ts'
import type { PlacedEntry, Replica } from '../../revocation/index.ts'
import { answerInTime, unanswered } from '../in-time.ts'
import type { RevocationView } from '../verify.ts'
import { accessKeyRecord } from './access-key-record.ts'
import type { AccessKeyForm, AccessKeyQuestion, AccessKeySource } from './access-key-source.ts'
import { type HeldKey, holdKey, isCutOff } from './held-key.ts'

export interface KeyRecordsOptions {
  /** Undefined: there is nobody to ask. */
  readonly source: AccessKeySource | undefined
  readonly replica: RevocationView & Pick<Replica, 'onEntry'>
  readonly clock: Clock
  readonly issuer: string
  /** How many records are held at once. Default 16 384. */
  readonly maxEntries?: number
}

const TIMEOUT_MS = 1000
/** How long a request waits for the feed when a record proves that the replica is behind. */
const CATCH_UP_MS = 250
/** Keys that are asked about at one time. Anybody can name one, so there is a bound; beyond it the answer is 503. */
const MAX_CONCURRENT = 256
/** Forms of ids that name no key. Anybody can name more, so they are bounded, and a key that was just made is not kept waiting. */
const MAX_UNKNOWN = 4096
const UNKNOWN_MS = 5000
const forms: readonly AccessKeyForm[] = ['sigv4', 'http-message', 'hawk', 'jwt', 'one-time']

/**
 * The access keys that this verifier has seen, asked for when they are first used. Whatever is forgotten here is asked for again, so that
 * no bound of it ever admits anybody; what has changed is known by the log, as with tokens.
 */
export class KeyRecords {
  readonly #options: KeyRecordsOptions
  readonly #maxEntries: number
  readonly #held = new Map<string, HeldKey>()
  readonly #pending = new Map<string, Promise<HeldKey>>()
  /** Until when, on the monotonic clock. By form as well: a key that signs in none of one form may sign in another, whoever asks first. */
  readonly #unknown = new Map<string, number>()
  readonly #cancel: () => void

  constructor(options: KeyRecordsOptions) {
    this.#options = options
    this.#maxEntries = options.maxEntries ?? 16_384
    this.#cancel = options.replica.onEntry((entry) => this.#hear(entry))
  }

  get size(): number {
    return this.#held.size
  }

  /**
   * What is known of a key, from memory where that still holds.
   *
   * @throws {AuthError} `signature_invalid`: there is no such key, or no more; `revocation_unknown`; `overloaded`.
   */
  get(question: AccessKeyQuestion): HeldKey | Promise<HeldKey> {
    const held = this.#held.get(nameOf(question))
    if (held !== undefined && this.#isGood(held)) return held
    return this.ask(question)
  }

  /** As `get`, and the source is asked in any case. */
  async ask(question: AccessKeyQuestion): Promise<HeldKey> {
    const { replica } = this.#options
    const name = nameOf(question)
    let held = await this.#share(name, question)
    // What was found out before the log moved on is worth another question, and no third one.
    if (isCutOff(held, replica)) held = await this.#share(name, question)
    const { rev } = held.record
    if (rev > replica.position && !(await replica.waitFor(rev, CATCH_UP_MS))) {
      throw new AuthError('revocation_unknown', { reason: 'behind', rev, position: replica.position })
    }
    this.requireLive(held)
    return held
  }

  /** @throws {AuthError} `signature_invalid` for a key that the log has cut off since it was asked for. */
  requireLive(held: HeldKey): void {
    if (isCutOff(held, this.#options.replica)) throw noSuchKey(held.record.id, 'revoked')
  }

  close(): void {
    this.#cancel()
  }

  #isGood(held: HeldKey): boolean {
    const { replica, clock } = this.#options
    return clock.monotonicMs() < held.goodUntilMs && held.record.rev <= replica.position && !isCutOff(held, replica)
  }

  #share(name: string, question: AccessKeyQuestion): Promise<HeldKey> {
    const known = this.#pending.get(name)
    if (known !== undefined) return known
    if ((this.#unknown.get(unknownName(question)) ?? Number.NEGATIVE_INFINITY) > this.#options.clock.monotonicMs()) {
      return Promise.reject(noSuchKey(question.id, 'unknown'))
    }
    if (this.#pending.size >= MAX_CONCURRENT) return Promise.reject(new AuthError('overloaded', { reason: 'access_keys' }))
    const asked = this.#put(name, question).finally(() => void this.#pending.delete(name))
    this.#pending.set(name, asked)
    return asked
  }

  async #put(name: string, question: AccessKeyQuestion): Promise<HeldKey> {
    const { source, clock, issuer, replica } = this.#options
    if (source === undefined) throw unanswered('nobody_to_ask')
    const askedAtMs = clock.monotonicMs()
    const record = await answerInTime(clock, TIMEOUT_MS, async (signal) => {
      const document = await source.lookUp(question, signal)
      return document === undefined ? undefined : accessKeyRecord(document, question)
    })
    if (record === undefined) {
      this.#held.delete(name)
      if (this.#unknown.size >= MAX_UNKNOWN) this.#unknown.clear()
      this.#unknown.set(unknownName(question), clock.monotonicMs() + UNKNOWN_MS)
      throw noSuchKey(question.id, 'unknown')
    }
    const held = holdKey(record, issuer, replica, askedAtMs)
    this.#keep(name, held)
    return held
  }

  /** The one that was asked for first makes room. */
  #keep(name: string, held: HeldKey): void {
    this.#held.delete(name)
    if (this.#held.size >= this.#maxEntries) {
      const [oldest] = this.#held.keys()
      if (oldest !== undefined) this.#held.delete(oldest)
    }
    this.#held.set(name, held)
  }

  /** A key that the log names exists, or did. */
  #hear({ target }: PlacedEntry): void {
    if (target.kind === 'client') for (const form of forms) this.#unknown.delete(unknownName({ form, id: target.id }))
  }
}

function nameOf({ id, form, day = '', scope }: AccessKeyQuestion): string {
  return scope === undefined ? `${form} ${day} ${id}` : `${form} ${day} ${scope.region}/${scope.service}/${scope.provider} ${id}`
}

const unknownName = ({ form, id }: Pick<AccessKeyQuestion, 'form' | 'id'>): string => `${form} ${id}`

/** A stranger learns nothing of which ids there are: it is the same as a wrong signature. */
const noSuchKey = (id: string, reason: 'unknown' | 'revoked'): AuthError =>
  new AuthError('signature_invalid', { reason: `key_${reason}`, key: id })
