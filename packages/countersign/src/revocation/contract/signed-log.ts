import type { Clock, EpochMs } from '../../core/index.ts'
import { generateSigningKey, type KeySet, keySet, type SigningKey, verificationKey } from '../../key/index.ts'
import { signJws } from '../../token/index.ts'
import { chain, type EntryKind, type LogEntry, type LogHead, ORIGIN_HASH } from '../entry.ts'
import { encodeFeedMessage, FEED_MESSAGE_TYPE } from '../feed-message.ts'
import { nextEpoch, ORIGIN, type Position } from '../position.ts'
import type { TokenFacts } from '../rule.ts'
import { defaultMode, type TargetKind } from '../target.ts'

export const ISSUER = 'https://issuer.example'

const LIFE_MS = 310_000

/** An issuer's log in memory, chained and signed: what a replica is tested against. */
export class SignedLog {
  readonly key: SigningKey
  readonly keys: KeySet
  readonly entries: LogEntry[] = []
  readonly #clock: Clock

  constructor(clock: Clock, key: SigningKey = generateSigningKey('ES256')) {
    this.#clock = clock
    this.key = key
    this.keys = keySet([verificationKey(key.publicJwk)])
  }

  get head(): LogHead {
    return this.entries.at(-1) ?? { position: ORIGIN, hash: ORIGIN_HASH }
  }

  /** The same log with the same key up to `position`, as an old copy of the database has it. */
  copy(position: Position = Number.POSITIVE_INFINITY): SignedLog {
    const copy = new SignedLog(this.#clock, this.key)
    copy.entries.push(...this.entries.filter((entry) => entry.position <= position))
    return copy
  }

  revoke(kind: TargetKind, id: string = kind === 'everyone' || kind === 'issuer' ? '' : 'x', lifeMs: number = LIFE_MS): LogEntry {
    return this.append('cutoff', kind, id, lifeMs)
  }

  append(kind: EntryKind, target: TargetKind, id: string, lifeMs: number = LIFE_MS): LogEntry {
    const at = this.#clock.now()
    const position = kind === 'epoch' ? nextEpoch(this.head.position, at) : this.head.position + 1
    const draft = { kind, target: { kind: target, id }, mode: defaultMode(target), expiresAt: at + lifeMs }
    const entry = chain(this.head, at, draft, position)
    this.entries.push(entry)
    return entry
  }

  /** The entries in (after, upTo], signed as one message. */
  batch(after: Position, upTo: Position = this.head.position): string {
    const entries = this.entries.filter(({ position }) => position > after && position <= upTo)
    return encodeFeedMessage({ type: 'entries', iss: ISSUER, after, entries }, this.key)
  }

  heartbeat(at: EpochMs = this.#clock.now(), { position, hash }: LogHead = this.head): string {
    return encodeFeedMessage({ type: 'heartbeat', iss: ISSUER, head: position, hash, at }, this.key)
  }

  /** A snapshot of the log up to `upTo`, in one part. */
  snapshot(at: EpochMs = this.#clock.now(), upTo: Position = this.head.position): string {
    return this.#part(this.#headAt(upTo), at, ORIGIN, upTo)
  }

  /** A snapshot of the whole log, in parts of so many positions. */
  parts(positions: number, at: EpochMs = this.#clock.now()): readonly string[] {
    const { head } = this
    const parts: string[] = []
    for (let after = ORIGIN; after < head.position; after += positions) {
      parts.push(this.#part(head, at, after, Math.min(head.position, after + positions)))
    }
    return parts
  }

  /** One part of a snapshot of the whole log. */
  part(after: Position, upTo: Position, at: EpochMs = this.#clock.now()): string {
    return this.#part(this.head, at, after, upTo)
  }

  #part({ position: head, hash }: LogHead, at: EpochMs, after: Position, upTo: Position): string {
    const entries = this.entries.filter(({ position, expiresAt }) => position > after && position <= upTo && expiresAt > at)
    return encodeFeedMessage({ type: 'snapshot', iss: ISSUER, head, hash, at, after, upTo, readAt: at, entries }, this.key)
  }

  #headAt(position: Position): LogHead {
    return this.entries.findLast((entry) => entry.position <= position) ?? { position: ORIGIN, hash: ORIGIN_HASH }
  }

  /** Signs whatever it is given: messages of newer, or of wrong, servers. */
  sign(payload: object): string {
    return signJws(FEED_MESSAGE_TYPE, payload, this.key)
  }
}

/** A token that every kind of target can be aimed at; each id is `x`. */
export const tokenFacts = (change: Partial<TokenFacts> = {}): TokenFacts => ({
  issuer: ISSUER,
  client: 'x',
  roles: ['reader', 'x'],
  groups: ['staff', 'x'],
  user: 'x',
  session: 'x',
  tokenId: 'x',
  keyId: 'x',
  rev: ORIGIN,
  ...change,
})
